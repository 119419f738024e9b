//! Many requests at the same time, in many rounds. After each round, the API and the store are checked.
//!
//! Ten rounds do not show a race that is lost once in a thousand: `SOAK=20` runs twenty times as many.

mod cancels_against_a_restock;
mod cancels_at_once;
mod duplicates_at_once;
mod flood;
mod one_isbn_at_once;
mod placements_against_a_delete;
mod placements_against_a_restock;
mod placements_of_one_user;
mod read_your_writes;
mod refresh_against_a_deactivation;
mod refreshes_at_once;
mod registrations_at_once;
mod restocks_at_once;
mod sold_out_against_restocked;

use std::pin::Pin;
use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase};
use tokio::sync::Notify;

use crate::support::{Answer, Bystander, Caller, TestApp, all_at_once, load_users, problem};

pub(crate) fn suite() -> Suite {
    [
        placements_against_a_restock::suite(),
        cancels_against_a_restock::suite(),
        restocks_at_once::suite(),
        sold_out_against_restocked::suite(),
        duplicates_at_once::suite(),
        placements_of_one_user::suite(),
        cancels_at_once::suite(),
        placements_against_a_delete::suite(),
        one_isbn_at_once::suite(),
        refreshes_at_once::suite(),
        refresh_against_a_deactivation::suite(),
        registrations_at_once::suite(),
        read_your_writes::suite(),
        flood::suite(),
    ]
    .into_iter()
    .collect()
}

/// A server, the users who race for its books, and its store.
struct Race {
    app: TestApp,
    admin: Caller,
    users: Vec<Caller>,
    store: Bystander,
    engine: Engine,
}

/// One request of a round.
type Call = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// The state of a book in the store.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    stock: i64,
    restocks: i64,
    waiting: i64,
    notified: i64,
    cancelled: i64,
}

impl Race {
    async fn open(database: &TestDatabase, users: usize) -> Self {
        let app = TestApp::start(database).await;
        let store = Bystander::connect(database.url()).await;
        let users = load_users(&app, &store, users).await;
        Self { admin: app.admin().await.clone(), app, users, store, engine: database.engine() }
    }

    /// Prints what was measured, because a race that passes may hardly have run.
    fn note(&self, what: &str) {
        eprintln!("{:?}: {what}", self.engine);
    }

    fn set_stock(&self, book: &Value, quantity: i64) -> Call {
        let path = format!("/books/{}/stock", book["id"]);
        call(&self.admin, Method::PATCH, path, json!({ "quantity": quantity }))
    }

    /// Reads the state of a book, and checks that it has exactly one restock for each ended round.
    async fn facts(&self, book: &Value) -> Facts {
        let id = &book["id"];
        let count = |status| {
            format!("(SELECT count(*) FROM pre_booking_statuses WHERE book_id = {id} AND status = '{status}')")
        };
        let [waiting, notified, cancelled] = ["waiting", "notified", "cancelled"].map(count);
        let facts = format!(
            "SELECT CAST(stock_quantity AS BIGINT), books.round, count(restocks.id), count(DISTINCT restocks.round), \
             coalesce(max(restocks.round), -1), {waiting}, {notified}, {cancelled} \
             FROM books LEFT JOIN restocks ON restocks.book_id = books.id \
             WHERE books.id = {id} GROUP BY books.id, books.stock_quantity, books.round"
        );
        let [stock, round, restocks, distinct, last, waiting, notified, cancelled] = self.store.numbers(&facts).await;
        assert_eq!((restocks, restocks, restocks), (round, distinct, last + 1), "a part of a restock of book {id}");
        Facts { stock, restocks, waiting, notified, cancelled }
    }
}

fn call(caller: &Caller, method: Method, path: impl Into<String>, body: Value) -> Call {
    let (caller, path) = (caller.clone(), path.into());
    Box::pin(async move { caller.call(method, &path, &body).await })
}

fn place(user: &Caller, book: &Value) -> Call {
    call(user, Method::POST, "/prebooks", json!({ "book_id": book["id"] }))
}

fn cancel(user: &Caller, pre_booking: &Value) -> Call {
    call(user, Method::DELETE, format!("/prebooks/{}", pre_booking["id"]), Value::Null)
}

/// Runs these calls at the same time, with one more that starts among them, at a different place in each round. Its response is
/// returned first.
///
/// In every second round, it starts only when the first of the others was answered. So the slower of the two comes first in some
/// rounds, too.
async fn with_one_among(mut calls: Vec<Call>, one: Call, round: usize) -> (Answer, Vec<Answer>) {
    let place = round * 7 % (calls.len() + 1);
    let one = if round.is_multiple_of(2) { one } else { after(&mut calls[0], one) };
    calls.insert(place, one);
    let mut answers = all_at_once(calls).await;
    (answers.remove(place), answers)
}

/// Makes this call wait until the other one was answered.
fn after(other: &mut Call, call: Call) -> Call {
    let answered = Arc::new(Notify::new());
    let answer = std::mem::replace(other, Box::pin(std::future::pending()));
    let answers = Arc::clone(&answered);
    *other = Box::pin(async move {
        let answer = answer.await;
        answers.notify_one();
        answer
    });
    Box::pin(async move {
        answered.notified().await;
        call.await
    })
}

/// The bodies of the successful placements, each with the number of its call. The others must be rejected because the book is in
/// stock.
fn placed(answers: &[Answer]) -> Vec<(usize, &Value)> {
    let mut placed = Vec::new();
    for (number, answer) in answers.iter().enumerate() {
        if answer.status == 201 {
            placed.push((number, &answer.body));
        } else {
            answer.is_problem(&problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id"));
        }
    }
    placed
}

/// The later of two times, which compare as texts.
fn later<'a>(one: &'a Value, other: &'a Value) -> &'a Value {
    if one.as_str() > other.as_str() { one } else { other }
}

/// A count as the database returns it.
fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}
