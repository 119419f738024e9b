use std::collections::{HashMap, HashSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::load::{Reply, Shift};
use crate::support::{Answer, Caller, problem};

/// A user who places pre-bookings, cancels every second one, and remembers the responses.
#[derive(Clone)]
pub(crate) struct Customer {
    caller: Caller,
    books: Vec<Value>,
    /// Confirmed pre-bookings, as they were last seen.
    placed: Vec<Value>,
    cancelled: HashSet<i64>,
    /// Requested, but with an unknown outcome.
    maybe_cancelled: HashSet<i64>,
    maybe_placed: usize,
}

impl Customer {
    pub(crate) fn new(caller: Caller, books: Vec<Value>) -> Self {
        let (cancelled, maybe_cancelled) = Default::default();
        Self { caller, books, placed: Vec::new(), cancelled, maybe_cancelled, maybe_placed: 0 }
    }

    pub(crate) fn at(self, url: &str) -> Self {
        Self { caller: self.caller.at(url), ..self }
    }

    pub(crate) async fn work(mut self, shift: Shift) -> Self {
        let mut turn = 0;
        while !shift.is_over() {
            turn += 1;
            let book = json!({ "book_id": self.books[turn % self.books.len()]["id"] });
            match shift.send(self.caller.request(Method::POST, "/prebooks").json(&book)).await {
                Reply::Answered(answer) if answer.status == 201 => {
                    if turn % 2 == 0 {
                        self.cancel(&shift, &answer.body).await;
                    }
                    self.placed.push(answer.body);
                }
                Reply::Answered(answer) => assert_rejected(&answer),
                Reply::Unknown => self.maybe_placed += 1,
                Reply::NotTaken => {}
            }
        }
        self
    }

    async fn cancel(&mut self, shift: &Shift, placed: &Value) {
        let id = placed["id"].as_i64().unwrap();
        match shift.send(self.caller.request(Method::DELETE, &format!("/prebooks/{id}"))).await {
            Reply::Answered(answer) => {
                answer.has_no_content();
                self.cancelled.insert(id);
            }
            Reply::Unknown => {
                self.maybe_cancelled.insert(id);
            }
            Reply::NotTaken => {}
        }
    }

    /// Compares the list with the responses. After that no outcome is unknown.
    pub(crate) async fn check(&mut self, in_stock: &HashSet<i64>) {
        let found = self.caller.pages("/prebooks?limit=500").await.concat();
        let by_id: HashMap<_, _> = found.iter().map(|item| (item["id"].as_i64().unwrap(), item)).collect();
        for placed in &self.placed {
            let id = placed["id"].as_i64().unwrap();
            let item = by_id.get(&id).unwrap_or_else(|| panic!("it was confirmed and is lost: {placed}"));
            for name in ["book_id", "book_title", "created_at"] {
                assert_eq!(item[name], placed[name], "{item}");
            }
            for name in ["notified_at", "cancelled_at"] {
                assert!(placed[name].is_null() || item[name] == placed[name], "{item} was {placed}");
            }
            let is_cancelled = item["status"] == "cancelled";
            assert!(is_cancelled || !self.cancelled.contains(&id), "a confirmed cancel is lost: {item}");
            let may_be = self.cancelled.contains(&id) || self.maybe_cancelled.contains(&id);
            assert!(may_be || !is_cancelled, "it was never cancelled: {item}");
        }
        let more = found.len() - self.placed.len();
        assert!(
            more <= self.maybe_placed,
            "{more} more than were confirmed, but at most {} are possible",
            self.maybe_placed
        );
        let mut waiting = HashSet::new();
        for item in found.iter().filter(|item| item["status"] == "waiting") {
            let book = item["book_id"].as_i64().unwrap();
            assert!(!in_stock.contains(&book), "it waits for a book that is in stock: {item}");
            assert!(waiting.insert(book), "two wait for the same book: {item}");
        }
        let is_cancelled = |item: &&Value| item["status"] == "cancelled";
        self.cancelled = found.iter().filter(is_cancelled).map(|item| item["id"].as_i64().unwrap()).collect();
        self.maybe_cancelled.clear();
        self.maybe_placed = 0;
        self.placed = found;
    }
}

fn assert_rejected(answer: &Answer) {
    let code = if answer.body["code"] == "PREBOOK_DUPLICATE" { "PREBOOK_DUPLICATE" } else { "PREBOOK_BOOK_IN_STOCK" };
    answer.is_problem(&problem(409, code).of("book_id"));
}
