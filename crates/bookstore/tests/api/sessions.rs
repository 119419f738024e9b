//! Refresh tokens: use, reuse, expiry and log-out.

use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{PASSWORD, TestApp, assert_tokens, execute, problem, text};

pub(crate) fn suite() -> Suite {
    tests![
        refresh_returns_new_tokens,
        reuse_revokes_the_family,
        reuse_in_one_family_leaves_others_alone,
        rejects_an_expired_refresh_token,
        rejects_an_unknown_refresh_token,
        log_out_ends_the_session,
        log_out_of_an_unknown_session_succeeds
    ]
}

async fn refresh_returns_new_tokens(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let mut ada = app.register("ada@example.com").await;
    let me = ada.me().await;
    for _ in 0..3 {
        let tokens = assert_tokens(ada.refresh().await.body_of(200));
        assert_ne!(tokens["refresh_token"], ada.tokens["refresh_token"]);
        assert_ne!(tokens["access_token"], ada.tokens["access_token"]);
        assert_eq!(ada.me().await, me, "the previous access token is valid until it expires");
        ada = ada.with_tokens(tokens);
        assert_eq!(ada.me().await, me);
    }
}

async fn reuse_revokes_the_family(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let first = app.register("ada@example.com").await;
    let second = first.with_tokens(first.refresh().await.body_of(200));
    let third = first.with_tokens(second.refresh().await.body_of(200));

    first.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    // The newest token, which was never used, is revoked as well, and stays revoked.
    for session in [&third, &second, &first, &third] {
        session.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    }
    drop(app);
    let app = TestApp::start(&database).await;
    third.at(&app.url).refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
}

async fn reuse_in_one_family_leaves_others_alone(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let phone = app.register("ada@example.com").await;
    let laptop = app.log_in("ada@example.com", PASSWORD).await;
    let eve = app.register("eve@example.com").await;
    phone.refresh().await.body_of(200);
    phone.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    laptop.refresh().await.body_of(200);
    eve.refresh().await.body_of(200);
}

async fn rejects_an_expired_refresh_token(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let long_ago = "UPDATE refresh_tokens SET expires_at = '2026-01-02T03:04:05+00:00'";
    execute(&database, long_ago).await;
    for _ in 0..2 {
        ada.refresh().await.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));
    }
}

async fn rejects_an_unknown_refresh_token(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let known = text(&ada.tokens["refresh_token"]);
    let unknown = ["", "x", "\0", &known[1..], &known.to_uppercase(), text(&ada.tokens["access_token"])];
    for token in unknown {
        let answer = ada.with_tokens(json!({ "refresh_token": token })).refresh().await;
        answer.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));
    }
    ada.refresh().await.body_of(200);
}

async fn log_out_ends_the_session(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let phone = app.register("ada@example.com").await;
    let laptop = app.log_in("ada@example.com", PASSWORD).await;
    let phone_before = phone.clone();
    let phone = phone.with_tokens(phone.refresh().await.body_of(200));
    phone.log_out().await.has_no_content();
    phone.log_out().await.has_no_content();
    for session in [&phone, &phone_before] {
        session.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    }
    laptop.refresh().await.body_of(200);
}

async fn log_out_of_an_unknown_session_succeeds(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for token in ["", "unknown", "\0", "🌊"] {
        app.anyone.with_tokens(json!({ "refresh_token": token })).log_out().await.has_no_content();
    }
}
