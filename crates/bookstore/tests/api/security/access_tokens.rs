//! Access tokens.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use super::operations::Operation;
use super::routes::assert_refusal;
use crate::support::{Caller, JWT_SECRET, PASSWORD, Problem, TestApp, decode, problem, query_texts, sign, text};

pub(super) fn suite() -> Suite {
    tests![
        an_access_token_has_the_expected_claims,
        a_missing_token_is_rejected,
        an_invalid_token_is_rejected,
        an_expired_token_is_rejected,
        the_bearer_scheme_ignores_case
    ]
}

async fn an_access_token_has_the_expected_claims(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    for (caller, role) in [(&ada, "user"), (app.admin().await, "admin")] {
        let (header, claims) = decode(text(&caller.tokens["access_token"]));
        assert_eq!(header, json!({ "typ": "JWT", "alg": "HS256" }));
        let issued_at = claims["iat"].as_i64().unwrap();
        let expected = json!({
            "sub": subject_of(&database, caller).await, "sid": session_of(caller).await, "role": role, "jti": text(&claims["jti"]), "iat": issued_at,
            "exp": issued_at + 900, "iss": "bookstore", "aud": "bookstore-api",
        });
        assert_eq!(claims, expected);
    }
    let again = app.log_in("ada@example.com", PASSWORD).await;
    let id_of = |caller: &Caller| decode(text(&caller.tokens["access_token"])).1["jti"].clone();
    assert_ne!(id_of(&ada), id_of(&again));
}

async fn a_missing_token_is_rejected(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let missing = problem(401, "AUTH_TOKEN_MISSING");
    app.anyone.get("/auth/me").await.is_problem(&missing);
    for header in ["", "Bearer", "Basic YTpi", "Token x", "bearerx y"] {
        let request = app.anyone.request(reqwest::Method::GET, "/auth/me").header("authorization", header);
        app.anyone.send(request).await.is_problem(&missing);
    }
}

async fn an_invalid_token_is_rejected(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let good = text(&ada.tokens["access_token"]).to_owned();
    let (_, claims) = decode(&good);
    let with = |name: &str, value: Value| crate::support::changed(&claims, &json!({ name: value }));
    let parts: Vec<&str> = good.split('.').collect();
    let of_another_kind = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let unsigned = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let forged = BASE64_URL_SAFE_NO_PAD.encode(with("sub", json!("1")).to_string());
    let secret = JWT_SECRET;
    let tokens = [
        "x".to_owned(),
        "a.b.c".to_owned(),
        format!("{unsigned}.{}.", parts[1]),
        format!("{unsigned}.{}.{}", parts[1], parts[2]),
        format!("{of_another_kind}.{}.{}", parts[1], parts[2]),
        format!("{}.{forged}.{}", parts[0], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        good[..good.len() - 2].to_owned(),
        text(&ada.tokens["refresh_token"]).to_owned(),
        sign(Algorithm::HS256, "another secret of more than thirty-two bytes", &claims),
        sign(Algorithm::HS384, secret, &claims),
        sign(Algorithm::HS512, secret, &claims),
        sign(Algorithm::HS256, secret, &with("iss", json!("somebody"))),
        sign(Algorithm::HS256, secret, &with("aud", json!("something"))),
        sign(Algorithm::HS256, secret, &with("sid", json!("0"))),
        sign(Algorithm::HS256, secret, &with("sid", json!("-1"))),
        sign(Algorithm::HS256, secret, &with("sid", json!("x"))),
        sign(Algorithm::HS256, secret, &with("sid", json!(1))),
        sign(Algorithm::HS256, secret, &with("sid", Value::Null)),
        sign(Algorithm::HS256, secret, &with("exp", json!("tomorrow"))),
        // Unknown sessions.
        sign(Algorithm::HS256, secret, &with("sid", json!("4711"))),
        sign(Algorithm::HS256, secret, &with("sid", json!("9223372036854775807"))),
        // A session of somebody else, as after a database was deleted or restored.
        sign(Algorithm::HS256, secret, &with("sub", json!("somebody else"))),
        // As before there were sessions.
        sign(Algorithm::HS256, secret, &with("sub", ada.me().await["id"].to_string().into())),
    ];
    for token in tokens {
        assert_refused(&ada, &token, &problem(401, "AUTH_TOKEN_INVALID")).await;
    }
}

async fn an_expired_token_is_rejected(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let (_, claims) = decode(text(&ada.tokens["access_token"]));
    let now = claims["iat"].as_i64().unwrap();
    // There is no leeway, not even a second.
    for expired_at in [now - 1, now - 3600, 0] {
        let claims = crate::support::changed(&claims, &json!({ "exp": expired_at }));
        let token = sign(Algorithm::HS256, JWT_SECRET, &claims);
        assert_refused(&ada, &token, &problem(401, "AUTH_TOKEN_EXPIRED")).await;
    }
    let forged = sign(
        Algorithm::HS256,
        "another secret of more than thirty-two bytes",
        &crate::support::changed(&claims, &json!({ "exp": now - 1 })),
    );
    assert_refused(&ada, &forged, &problem(401, "AUTH_TOKEN_INVALID")).await;
    app.deactivate(&ada.me().await).await;
    let expired = sign(Algorithm::HS256, JWT_SECRET, &crate::support::changed(&claims, &json!({ "exp": now - 1 })));
    assert_refused(&ada, &expired, &problem(401, "AUTH_TOKEN_EXPIRED")).await;
}

async fn the_bearer_scheme_ignores_case(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", text(&ada.tokens["access_token"]));
        let request = app.anyone.request(reqwest::Method::GET, "/auth/me").header("authorization", header);
        app.anyone.send(request).await.is(200, &ada.me().await);
    }
}

/// The subject of a caller's account.
async fn subject_of(database: &TestDatabase, caller: &Caller) -> Value {
    let query = format!("SELECT subject FROM users WHERE id = {}", caller.me().await["id"]);
    query_texts(database, &query).await.remove(0).into()
}

/// The session that a caller's request belongs to.
async fn session_of(caller: &Caller) -> Value {
    let sessions = caller.get("/auth/sessions").await.body_of(200);
    let current = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true);
    current.unwrap()["id"].to_string().into()
}

/// Checks that every secured operation rejects the token, and does not repeat it.
async fn assert_refused(caller: &Caller, token: &str, expected: &Problem) {
    let caller = caller.with_access_token(token);
    for operation in Operation::secured() {
        let answer = operation.call(&caller, &json!(1)).await;
        assert_refusal(&answer, expected);
        assert!(token.len() < 5 || !answer.body.to_string().contains(token));
    }
}
