//! What is answered when the store is not there.

use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{TestApp, drop_database, execute, problem};

pub(crate) fn suite() -> Suite {
    tests![a_schema_that_is_not_the_programs, a_statement_that_fails]
        .and(tests![a_store_that_is_gone].only_on(Engine::Postgres))
}

async fn a_schema_that_is_not_the_programs(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let healthy = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    app.anyone.get("/health/ready").await.is(200, &healthy);
    execute(&database, "DELETE FROM seaql_migrations").await;
    app.anyone.get("/health/ready").await.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    app.anyone.get("/health").await.is(200, &healthy);
    assert_eq!(app.anyone.get("/books").await.body_of(200)["items"], Value::Array(Vec::new()));
}

/// What went wrong is for the log, and for nobody else.
async fn a_statement_that_fails(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    execute(&database, "ALTER TABLE refresh_tokens RENAME TO elsewhere").await;
    let answer = ada.refresh().await;
    answer.is_problem(&problem(500, "INTERNAL_ERROR"));
    let said = answer.body.to_string().to_lowercase();
    for word in ["refresh_tokens", "select", "table", "relation", "sql", "panicked", ".rs"] {
        assert!(!said.contains(word), "{said}");
    }
    assert_eq!(ada.me().await["email"], "ada@example.com", "it goes on serving");
}

async fn a_store_that_is_gone(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let book = app.add_book(0).await;
    drop_database(&database).await;
    let unavailable = problem(503, "STORE_UNAVAILABLE");
    // More often than the pool has connections: those that it had, and those that it can't open.
    for _ in 0..5 {
        app.anyone.get("/books").await.is_problem(&unavailable);
        app.anyone.get(&format!("/books/{}", book["id"])).await.is_problem(&unavailable);
        ada.get("/prebooks").await.is_problem(&unavailable);
        ada.try_to_place(&book).await.is_problem(&unavailable);
        ada.refresh().await.is_problem(&unavailable);
        app.admin()
            .await
            .patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 }))
            .await
            .is_problem(&unavailable);
        app.anyone.get("/health/ready").await.is_problem(&unavailable);
        app.anyone.get("/health").await.body_of(200);
    }
    let log_in = json!({ "email": "ada@example.com", "password": "whatever it was" });
    app.anyone.post("/auth/login", &log_in).await.is_problem(&unavailable);
    app.anyone.post("/auth/register", &log_in).await.is_problem(&unavailable);
}
