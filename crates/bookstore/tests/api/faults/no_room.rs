//! The disk of the embedded store is full, and later has room again.

use std::fs;

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Bystander, Caller, Program, problem};

pub(crate) fn suite() -> Suite {
    tests![a_full_disk_refuses_writes_until_there_is_room].only_on(Engine::Sqlite)
}

const ROUNDS: usize = 3;
/// Room for a few more writes, in bytes.
const ROOM: u64 = 100_000;

/// The system limits the size of the program's files, as a quota does.
async fn a_full_disk_refuses_writes_until_there_is_room(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start_with_limits(directory.path(), &environment(database.url()));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let unavailable = problem(503, "STORE_UNAVAILABLE");
    let mut added = Vec::new();
    for _ in 0..rounds(ROUNDS) {
        let restocked = add_book(&admin).await.body_of(201);
        let kept = add_book(&admin).await.body_of(201);
        let stock = format!("/books/{}/stock", restocked["id"]);
        let placed = admin.place(&restocked).await;
        let size = fs::metadata(database.directory().unwrap().join("bookstore.db-wal")).unwrap().len();
        program.limit_files(&(size + ROOM).to_string());

        // Fills the room that is left.
        let refused = loop {
            let answer = add_book(&admin).await;
            if answer.status != 201 {
                break answer;
            }
            let book = answer.body;
            admin.get(&format!("/books/{}", book["id"])).await.is(200, &book);
            added.push(book);
        };
        refused.is_problem(&unavailable);
        // Reads need no room.
        assert_eq!(admin.find(&placed).await, placed);
        admin.get("/health/ready").await.body_of(200);

        // Now even the smallest write fails, in one statement or in a transaction.
        program.limit_files("0");
        for _ in 0..2 {
            admin.patch(&stock, &json!({ "quantity": 1 })).await.is_problem(&unavailable);
            admin.refresh().await.is_problem(&unavailable);
            admin.try_to_place(&kept).await.is_problem(&unavailable);
            admin.try_to_cancel(&placed).await.is_problem(&unavailable);
        }

        program.limit_files("unlimited");
        let answer = admin.patch(&stock, &json!({ "quantity": 1 })).await;
        assert_eq!(answer.body_of(200)["restocked"], true, "no part of the rejected restock is in the store");
        // The worker finds the room at the same moment, and may keep the only connection for a while.
        let path = format!("/prebooks/{}", placed["id"]);
        let found = loop {
            let answer = admin.get(&path).await;
            if answer.status != 503 {
                break answer.body_of(200);
            }
        };
        assert_eq!(found["status"], "notified");
        admin.cancel(&admin.place(&kept).await).await;
        added.extend([kept, add_book(&admin).await.body_of(201)]);
        let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        let admin = admin.with_tokens(admin.refresh().await.body_of(200));
        admin.log_out().await.has_no_content();
        for book in &added {
            admin.get(&format!("/books/{}", book["id"])).await.is(200, book);
        }
    }
    let total = admin.get("/books?size=1").await.body_of(200)["total"].clone();
    assert_eq!(total, added.len() + rounds(ROUNDS), "rejected writes are not in the store");
    program.terminate();
    program.wait();
    let store = Bystander::connect(database.url()).await;
    assert_eq!(store.column::<String>("PRAGMA integrity_check").await, ["ok"]);
}

async fn add_book(admin: &Caller) -> Answer {
    let description: Value = "long ".repeat(1000).into();
    let book = json!({ "title": "T", "author": "A", "price": 1, "description": description });
    admin.post("/books", &book).await
}
