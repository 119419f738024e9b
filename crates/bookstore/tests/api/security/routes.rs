//! Every route authorizes the caller before it does or returns anything.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use super::operations::Operation;
use crate::support::{Answer, Caller, PASSWORD, Problem, TestApp, problem};

pub(super) fn suite() -> Suite {
    tests![
        every_operation_is_open_or_requires_a_token,
        only_admins_may_call_admin_operations,
        a_deactivated_account_may_call_nothing,
        another_users_pre_booking_is_not_found,
    ]
}

async fn every_operation_is_open_or_requires_a_token(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut open = Vec::new();
    for operation in Operation::all() {
        let name = format!("{} {}", operation.method, operation.path);
        let responses = operation.said["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        let answer = operation.call(&app.anyone, &json!(1)).await;
        if operation.is_open() {
            assert!(!matches!(answer.status, 401 | 403 | 405), "{name}: {answer:?}");
            open.push(name);
        } else {
            assert_eq!(operation.said["security"], json!([{ "access_token": [] }]), "{name}");
            assert!(responses.contains_key("401") && responses.contains_key("403"), "{name}");
        }
    }
    for operation in Operation::secured() {
        assert_refusal(&operation.call(&app.anyone, &json!(1)).await, &problem(401, "AUTH_TOKEN_MISSING"));
    }
    let expected = [
        "GET /books",
        "GET /books/{id}",
        "GET /health",
        "GET /health/ready",
        "GET /unsubscribe",
        "POST /auth/email/verify",
        "POST /auth/login",
        "POST /auth/logout",
        "POST /auth/password/forgot",
        "POST /auth/password/reset",
        "POST /auth/refresh",
        "POST /auth/register",
        "POST /unsubscribe",
    ];
    open.sort();
    assert_eq!(open, expected);
}

async fn only_admins_may_call_admin_operations(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let before = everything(&app, &ada).await;
    for operation in Operation::secured() {
        assert!(operation.is_for_admins() || !operation.path.starts_with("/admin"), "{}", operation.path);
        // Some operations end sessions.
        let ada = app.log_in("ada@example.com", PASSWORD).await;
        let answer = operation.call(&ada, &json!(4711)).await;
        if operation.is_for_admins() {
            assert_refusal(&answer, &problem(403, "AUTH_FORBIDDEN"));
        } else {
            assert_ne!(answer.status, 403, "{} {}: {answer:?}", operation.method, operation.path);
        }
    }
    let ada = app.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(everything(&app, &ada).await, before, "it was rejected, and done all the same");
}

async fn a_deactivated_account_may_call_nothing(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let placed = ada.place(&app.add_book(0).await).await;
    let me = ada.me().await;
    let before = everything(&app, &ada).await;
    app.deactivate(&me).await;
    for operation in Operation::secured() {
        assert_refusal(&operation.call(&ada, &placed["id"]).await, &problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
    }
    app.admin().await.patch(&format!("/admin/users/{}/reactivate", me["id"]), &Value::Null).await.is(200, &me);
    ada.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    let ada = app.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(everything(&app, &ada).await, before, "it was rejected, and done all the same");
}

/// I8.
async fn another_users_pre_booking_is_not_found(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, eve) = (app.register("ada@example.com").await, app.register("eve@example.com").await);
    let placed = ada.place(&app.add_book(0).await).await;
    let mut tried = 0;
    for operation in Operation::secured().iter().filter(|operation| operation.has_id() && !operation.is_for_admins()) {
        for other in [&eve, app.admin().await] {
            let unknown = operation.call(other, &json!(4711)).await;
            let anothers = operation.call(other, &placed["id"]).await;
            assert_eq!((anothers.status, anothers.body), (404, unknown.body), "{}", operation.path);
            tried += 1;
        }
    }
    assert!(tried >= 6, "to find, to ask for its head and to cancel");
    assert_eq!(ada.find(&placed).await, placed, "it was rejected, and done all the same");
}

/// Checks the whole problem, or only the status for HEAD, which has no body.
pub(super) fn assert_refusal(answer: &Answer, expected: &Problem) {
    if answer.body.is_null() {
        expected.check_status(answer);
    } else {
        answer.is_problem(expected);
    }
}

/// Everything that a rejected call must not change.
async fn everything(app: &TestApp, user: &Caller) -> [Value; 3] {
    let admin = app.admin().await;
    [
        admin.get("/books").await.body_of(200),
        admin.get("/admin/users").await.body_of(200),
        user.get("/prebooks").await.body_of(200),
    ]
}
