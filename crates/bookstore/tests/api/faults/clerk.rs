use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::load::{Reply, Shift};
use crate::support::{Bystander, Caller};

/// An admin who restocks books, sells them out again, and remembers the responses.
#[derive(Clone)]
pub(crate) struct Clerk {
    caller: Caller,
    books: Vec<Book>,
}

/// The known state of a book.
#[derive(Debug, Clone)]
struct Book {
    id: i64,
    /// The last confirmed stock.
    stock: i64,
    /// Confirmed restocks.
    restocks: i64,
    /// Restocks with an unknown outcome.
    maybe_restocks: i64,
    /// Whether the outcome of the last change is unknown.
    is_unsure: bool,
}

impl Clerk {
    pub(crate) fn new(caller: Caller, books: &[Value]) -> Self {
        let ids = books.iter().map(|book| book["id"].as_i64().unwrap());
        let books = ids.map(|id| Book { id, stock: 0, restocks: 0, maybe_restocks: 0, is_unsure: false });
        Self { caller, books: books.collect() }
    }

    pub(crate) fn at(self, url: &str) -> Self {
        Self { caller: self.caller.at(url), ..self }
    }

    pub(crate) async fn work(mut self, shift: Shift) -> Self {
        for turn in 0.. {
            let count = self.books.len();
            let book = &mut self.books[turn % count];
            for quantity in [1, 0] {
                if shift.is_over() {
                    return self;
                }
                let path = format!("/books/{}/stock", book.id);
                let request = self.caller.request(Method::PATCH, &path).json(&json!({ "quantity": quantity }));
                match shift.send(request).await {
                    Reply::Answered(answer) => {
                        let body = answer.body_of(200);
                        assert_eq!(body["stock_quantity"], quantity);
                        let is_restock = body["restocked"].as_bool().unwrap();
                        let expected = book.stock == 0 && quantity > 0;
                        assert!(book.is_unsure || is_restock == expected, "{body} after {book:?}");
                        book.restocks += i64::from(is_restock);
                        (book.stock, book.is_unsure) = (quantity, false);
                    }
                    Reply::Unknown => {
                        book.maybe_restocks += quantity;
                        book.is_unsure = true;
                    }
                    Reply::NotTaken => {}
                }
            }
        }
        self
    }

    /// Compares stocks, rounds and restocks with the responses, and returns the books that are in stock.
    pub(crate) async fn check(&mut self, store: &Bystander) -> HashSet<i64> {
        for book in &mut self.books {
            let shown = self.caller.get(&format!("/books/{}", book.id)).await.body_of(200);
            let [stock, round, restocks, distinct, last] = store.numbers(&book.facts()).await;
            assert_eq!(shown["stock_quantity"], stock);
            assert_eq!((round, round, round), (restocks, distinct, last + 1), "a part of a restock: {book:?}, {shown}");
            let more = restocks - book.restocks;
            assert!((0..=book.maybe_restocks).contains(&more), "{restocks} restocks, but {book:?}");
            if !book.is_unsure {
                assert_eq!(stock, book.stock, "it was confirmed and is lost: {book:?}");
            } else if book.maybe_restocks <= 1 {
                // The restock is there with both its stock and its row, or not at all.
                assert_eq!(more == 1, book.stock == 0 && stock > 0, "a part of a restock: {book:?}, {shown}");
            }
            *book = Book { id: book.id, stock, restocks, maybe_restocks: 0, is_unsure: false };
        }
        self.books.iter().filter(|book| book.stock > 0).map(|book| book.id).collect()
    }
}

impl Book {
    fn facts(&self) -> String {
        format!(
            "SELECT CAST(stock_quantity AS BIGINT), books.round, count(restocks.id), count(DISTINCT restocks.round), \
             coalesce(max(restocks.round), -1) \
             FROM books LEFT JOIN restocks ON restocks.book_id = books.id \
             WHERE books.id = {} GROUP BY books.id, books.stock_quantity, books.round",
            self.id
        )
    }
}
