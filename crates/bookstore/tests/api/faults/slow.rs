//! Statements that take too long hold every connection of the pool.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use test_support::{Engine, Suite, TestDatabase, tests};
use tokio::time::timeout;

use crate::support::{Bystander, Gates, TestApp, all_are, all_at_once, load_users, problem};

pub(crate) fn suite() -> Suite {
    tests![a_pool_full_of_slow_statements_is_503].only_on(Engine::Postgres)
}

/// How many connections there are.
const POOL: usize = 3;
/// How long a call waits for a connection, plus what a busy machine may add.
const BOUND: Duration = Duration::from_secs(2 + 3);
/// How long a statement may run, plus what a busy machine may add.
const LONG_BOUND: Duration = Duration::from_secs(10 + 5);

async fn a_pool_full_of_slow_statements_is_503(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--database-max-connections", &POOL.to_string()]).await;
    let store = Bystander::connect(database.url()).await;
    let users = load_users(&app, &store, 2 * POOL).await;
    let (admin, book) = (app.admin().await.clone(), app.add_book(0).await);
    let (slow, others) = users.split_at(POOL);
    let (gates, books) = (Gates::build(&store).await, [book["id"].as_i64().unwrap()]);
    gates.shut(&books).await;
    let placing = slow.iter().map(|user| {
        let (user, book) = (user.clone(), book.clone());
        tokio::spawn(async move { user.try_to_place(&book).await })
    });
    let started = Instant::now();
    let placing: Vec<_> = placing.collect();
    gates.until_waiting(POOL).await;

    // Calls that need the store get a 503 in time.
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
    let refused = timeout(BOUND, refused).await.expect("a response in time");
    all_are(&refused, &problem(503, "STORE_UNAVAILABLE"));
    assert!(asked.elapsed() >= Duration::from_secs(2), "a connection is waited for");
    // Calls that do not need it are served.
    app.anyone.get("/health").await.body_of(200);

    // The slow statements are cancelled as well.
    for answer in placing {
        let answer = timeout(LONG_BOUND, answer).await.expect("a response in time").unwrap();
        answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    }
    assert!((10..15).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    store.until_sessions("state <> 'idle'", 0).await;
    gates.open(&books).await;
    for user in users {
        assert!(user.list().await.is_empty(), "it was rejected, and done all the same");
        user.place(&book).await;
    }
    assert_eq!(app.set_stock(&book, 1).await["restocked"], true);
}
