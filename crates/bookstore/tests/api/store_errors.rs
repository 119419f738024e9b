//! Responses when the store fails.

use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{TestApp, drop_database, execute, problem};

pub(crate) fn suite() -> Suite {
    tests![is_not_ready_with_another_schema, a_failed_statement_is_500_without_details]
        .and(tests![a_dropped_database_is_503].only_on(Engine::Postgres))
}

async fn is_not_ready_with_another_schema(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let healthy = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    app.anyone.get("/health/ready").await.is(200, &healthy);
    execute(&database, "DELETE FROM seaql_migrations").await;
    app.anyone.get("/health/ready").await.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    app.anyone.get("/health").await.is(200, &healthy);
    assert_eq!(app.anyone.get("/books").await.body_of(200)["items"], Value::Array(Vec::new()));
}

/// The details are for the log only.
async fn a_failed_statement_is_500_without_details(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    execute(&database, "ALTER TABLE refresh_tokens RENAME TO elsewhere").await;
    let answer = ada.refresh().await;
    answer.is_problem(&problem(500, "INTERNAL_ERROR"));
    let said = answer.body.to_string().to_lowercase();
    for word in ["refresh_tokens", "select", "table", "relation", "sql", "panicked", ".rs"] {
        assert!(!said.contains(word), "{said}");
    }
    assert_eq!(ada.me().await["email"], "ada@example.com", "it still serves");
}

async fn a_dropped_database_is_503(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let book = app.add_book(0).await;
    drop_database(&database).await;
    let unavailable = problem(503, "STORE_UNAVAILABLE");
    // Often enough to use up the pool's open connections, and to try to open new ones.
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
