//! A client hangs up while its call waits for a lock.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::super::load::PATIENCE;
use crate::support::{Bystander, Caller, RawConnection, TestApp};

pub(crate) fn suite() -> Suite {
    tests![a_hang_up_leaves_no_open_transaction]
}

const ROUNDS: usize = 10;
const CLIENTS: usize = 3;

async fn a_hang_up_leaves_no_open_transaction(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, book) = (app.admin().await, app.add_book(0).await);
    let (holder, observer) = (Bystander::connect(database.url()).await, Bystander::connect(database.url()).await);
    for round in 0..rounds(ROUNDS) {
        // PostgreSQL locks the row, and SQLite the whole database.
        holder
            .execute(&match database.engine() {
                Engine::Sqlite => "BEGIN IMMEDIATE".to_owned(),
                Engine::Postgres => format!("BEGIN; SELECT FROM books WHERE id = {} FOR UPDATE", book["id"]),
            })
            .await;
        let clients: Vec<_> = (0..CLIENTS).map(|_| request_a_restock(&app.url, admin, &book)).collect();
        // Each has begun its transaction, and waits for the row.
        observer.until_sessions("wait_event_type = 'Lock'", CLIENTS).await;
        // They hang up while they wait, or after that.
        if round % 2 == 0 {
            drop(clients);
            holder.execute("ROLLBACK").await;
        } else {
            holder.execute("ROLLBACK").await;
            drop(clients);
        }
        observer.until_sessions("state <> 'idle'", 0).await;
        observer.until_sessions("pid IN (SELECT pid FROM pg_locks)", 0).await;
        let started = Instant::now();
        // Nothing blocks the next call. (On SQLite an abandoned call may still run, and finish after this one.)
        app.set_stock(&book, 0).await;
        assert!(started.elapsed() < PATIENCE);
        let facts = format!(
            "SELECT round, (SELECT count(*) FROM restocks WHERE book_id = books.id) FROM books WHERE id = {}",
            book["id"]
        );
        let [book_round, restocks] = observer.numbers(&facts).await;
        assert_eq!(book_round, restocks, "a part of a restock");
    }
}

fn request_a_restock(url: &str, admin: &Caller, book: &Value) -> RawConnection {
    let mut connection = RawConnection::open(url);
    connection.call(admin, &Method::PATCH, &format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 }));
    connection
}
