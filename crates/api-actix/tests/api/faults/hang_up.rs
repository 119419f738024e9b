//! A client goes away before it has its answer.

use std::time::Instant;

use serde_json::Value;
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::load::PATIENCE;
use crate::support::{Bystander, Caller, RawConnection, TestApp, text};

pub(crate) fn suite() -> Suite {
    tests![clients_that_hang_up_leave_no_transaction_behind]
}

const ROUNDS: usize = 10;
const CLIENTS: usize = 3;

async fn clients_that_hang_up_leave_no_transaction_behind(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (admin, book) = (app.admin().await, app.add_book(0).await);
    let (holder, observer) = (Bystander::connect(database.url()).await, Bystander::connect(database.url()).await);
    for round in 0..rounds(ROUNDS) {
        // On PostgreSQL it locks the row; on SQLite there is one lock for all.
        holder
            .execute(&match database.engine() {
                Engine::Sqlite => "BEGIN IMMEDIATE".to_owned(),
                Engine::Postgres => format!("BEGIN; SELECT FROM books WHERE id = {} FOR UPDATE", book["id"]),
            })
            .await;
        let clients: Vec<_> = (0..CLIENTS).map(|_| ask_for_a_restock(&app.url, admin, &book)).collect();
        // Each has begun its transaction, and waits for the row.
        observer.until_sessions("wait_event_type = 'Lock'", CLIENTS).await;
        // They hang up while they wait, or while they go on.
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
        // Nothing is in the way of the next. (On SQLite one that hung up may still be on its way, and be done behind this.)
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

fn ask_for_a_restock(url: &str, admin: &Caller, book: &Value) -> RawConnection {
    let mut connection = RawConnection::open(url);
    let request = format!(
        "PATCH /books/{}/stock HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: 14\r\n\r\n{{\"quantity\":1}}",
        book["id"],
        text(&admin.tokens["access_token"])
    );
    connection.say(request.as_bytes()).unwrap();
    connection
}
