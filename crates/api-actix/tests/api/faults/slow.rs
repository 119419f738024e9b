//! Statements that take too long hold every connection of the pool.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::time::timeout;

use crate::support::{Bystander, TestApp, all_are, all_at_once, load_users, problem};

pub(crate) fn suite() -> Suite {
    tests![a_pool_full_of_slow_statements].only_on(Engine::Postgres)
}

/// How many connections there are, and how many of them statements may have that are no part of a unit of work.
const POOL: usize = 4;
const SINGLE: usize = 3;
/// How long a connection is waited for, and what a busy machine may add.
const BOUND: Duration = Duration::from_secs(2 + 3);
/// How long a statement may run, and what a busy machine may add.
const LONG_BOUND: Duration = Duration::from_secs(10 + 5);

/// A placement takes for as long as the gate is shut. Nothing is locked meanwhile.
const GATE: &str = "
    CREATE TABLE gate (is_open boolean); INSERT INTO gate VALUES (false);
    CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      LOOP EXIT WHEN (SELECT is_open FROM gate); PERFORM pg_sleep(0.01); END LOOP; RETURN NEW;
    END $$;
    CREATE TRIGGER wait_at_the_gate BEFORE INSERT ON pre_bookings FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()";

async fn a_pool_full_of_slow_statements(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--database-max-connections", &POOL.to_string()]).await;
    let store = Bystander::connect(database.url()).await;
    let users = load_users(&app, &store, 2 * SINGLE).await;
    let (admin, book) = (app.admin().await.clone(), app.add_book(0).await);
    let (slow, others) = users.split_at(SINGLE);
    store.execute(GATE).await;
    let placing = slow.iter().map(|user| {
        let (user, book) = (user.clone(), book.clone());
        tokio::spawn(async move { user.try_to_place(&book).await })
    });
    let started = Instant::now();
    let placing: Vec<_> = placing.collect();
    store.until_sessions("state = 'active' AND query LIKE 'INSERT%'", SINGLE).await;

    // Whoever needs the store is told in time, and told to come again.
    let asked = Instant::now();
    let calls = others.iter().flat_map(|user| {
        let stock = format!("/books/{}/stock", book["id"]);
        [
            (user.clone(), Method::GET, "/books".to_owned(), json!(null)),
            (user.clone(), Method::GET, "/prebooks".to_owned(), json!(null)),
            (user.clone(), Method::POST, "/prebooks".to_owned(), json!({ "book_id": book["id"] })),
            (admin.clone(), Method::PATCH, stock, json!({ "quantity": 1 })),
        ]
    });
    let refused =
        all_at_once(calls.map(|(caller, method, path, body)| async move { caller.call(method, &path, &body).await }));
    let refused = timeout(BOUND, refused).await.expect("an answer in time");
    all_are(&refused, &problem(503, "STORE_UNAVAILABLE"));
    assert!(asked.elapsed() >= Duration::from_secs(2), "a connection is waited for");
    // Whoever does not need it is served, and so are units of work, for which connections are left.
    app.anyone.get("/health").await.body_of(200);
    let unknown = app.anyone.post("/auth/refresh", &json!({ "refresh_token": "x" })).await;
    unknown.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));

    // The slow ones are given up as well.
    for answer in placing {
        let answer = timeout(LONG_BOUND, answer).await.expect("an answer in time").unwrap();
        answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    }
    assert!((10..15).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    store.until_sessions("state <> 'idle'", 0).await;
    store.execute("UPDATE gate SET is_open = true").await;
    for user in users {
        assert!(user.list().await.is_empty(), "it was refused, and done");
        user.place(&book).await;
    }
    assert_eq!(app.set_stock(&book, 1).await["restocked"], true);
}
