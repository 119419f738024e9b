//! Another session holds a lock that the service needs.

use std::time::Instant;

use serde_json::json;
use test_support::{Suite, TestDatabase, tests};
use tokio::time::timeout;

use super::load::PATIENCE;
use crate::support::{Bystander, TestApp, all_are, all_at_once, lock_the_books, problem};

pub(crate) fn suite() -> Suite {
    tests![a_lock_that_is_never_released_is_503]
}

const POOL: usize = 3;

async fn a_lock_that_is_never_released_is_503(database: TestDatabase) {
    let app = TestApp::start_with(&database, &["--database-max-connections", &POOL.to_string()]).await;
    let users = app.register_many(4 * POOL).await;
    let book = app.add_book(0).await;
    let (admin, stock) = (app.admin().await.clone(), format!("/books/{}/stock", book["id"]));
    let somebody = Bystander::connect(database.url()).await;
    lock_the_books(&somebody, database.engine()).await;

    let started = Instant::now();
    let placements = all_at_once(users.clone().into_iter().map(|user| {
        let book = book.clone();
        async move { user.try_to_place(&book).await }
    }));
    let one = json!({ "quantity": 1 });
    let restock = admin.patch(&stock, &one);
    let (placed, restocked) =
        timeout(PATIENCE, async { tokio::join!(placements, restock) }).await.expect("responses in time");
    let unavailable = problem(503, "STORE_UNAVAILABLE");
    all_are(&placed, &unavailable);
    restocked.is_problem(&unavailable);
    assert!(started.elapsed().as_millis() >= 900, "it waits for a while before it gives up");
    app.anyone.get("/health").await.body_of(200);

    somebody.execute("ROLLBACK").await;
    for user in &users {
        assert!(user.list().await.is_empty(), "it was rejected, and done all the same");
        user.place(&book).await;
    }
    assert_eq!(app.set_stock(&book, 1).await["restocked"], true);
}
