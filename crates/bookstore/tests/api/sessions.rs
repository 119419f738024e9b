//! Sessions: refresh tokens, their use, reuse and expiry, and log-out.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Bystander, PASSWORD, TestApp, assert_time, assert_tokens, decode, execute, ids, problem, text};

pub(crate) fn suite() -> Suite {
    tests![
        refresh_returns_new_tokens,
        reuse_ends_the_session,
        reuse_in_one_session_leaves_others_alone,
        rejects_an_expired_refresh_token,
        rejects_an_unknown_refresh_token,
        log_out_ends_the_session,
        log_out_of_an_unknown_session_succeeds,
        an_access_token_ends_with_its_session,
        a_session_ends_after_90_days_although_it_is_refreshed,
        lists_sessions_and_ends_them,
        finds_no_session_of_another_user,
        keeps_at_most_100_sessions,
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
        assert_eq!(ada.me().await, me, "the previous access token is valid until it expires or the session ends");
        ada = ada.with_tokens(tokens);
        assert_eq!(ada.me().await, me);
    }
}

async fn reuse_ends_the_session(database: TestDatabase) {
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

async fn reuse_in_one_session_leaves_others_alone(database: TestDatabase) {
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

async fn an_access_token_ends_with_its_session(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ended, invalid) = (app.register("ada@example.com").await, problem(401, "AUTH_TOKEN_INVALID"));
    ended.log_out().await.has_no_content();
    ended.get("/auth/me").await.is_problem(&invalid);

    let stolen = app.log_in("ada@example.com", PASSWORD).await;
    let thief = stolen.with_tokens(stolen.refresh().await.body_of(200));
    stolen.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    for tokens in [&stolen, &thief] {
        tokens.get("/auth/me").await.is_problem(&invalid);
    }

    let locked_out = app.log_in("ada@example.com", PASSWORD).await;
    let me = locked_out.me().await;
    app.deactivate(&me).await;
    locked_out.get("/auth/me").await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
    app.admin().await.patch(&format!("/admin/users/{}/reactivate", me["id"]), &Value::Null).await.body_of(200);
    locked_out.get("/auth/me").await.is_problem(&invalid);
    app.log_in("ada@example.com", PASSWORD).await.me().await;
}

async fn a_session_ends_after_90_days_although_it_is_refreshed(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let store = Bystander::connect(database.url()).await;
    let ada = app.register("ada@example.com").await;
    let now = decode(text(&ada.tokens["access_token"])).1["iat"].as_i64().unwrap();
    let began = |ago: TimeDelta| {
        let created_at = DateTime::from_timestamp(now - ago.num_seconds(), 0).unwrap().to_rfc3339();
        format!("UPDATE sessions SET created_at = '{created_at}'")
    };
    store.execute(&began(TimeDelta::days(88))).await;
    let ada = ada.with_tokens(ada.refresh().await.body_of(200));
    let session = ada.get("/auth/sessions").await.body_of(200)["items"][0].clone();
    let [created_at, expires_at] = ["created_at", "expires_at"].map(|name| moment(&session[name]));
    assert_eq!(expires_at - created_at, TimeDelta::days(90));

    // On its last day.
    let expired = DateTime::from_timestamp(now, 0).unwrap().to_rfc3339();
    store.execute(&format!("UPDATE sessions SET expires_at = '{expired}'")).await;
    ada.refresh().await.is_problem(&problem(401, "AUTH_REFRESH_INVALID"));
    ada.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
}

async fn lists_sessions_and_ends_them(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let credentials = json!({ "email": "ada@example.com", "password": PASSWORD });
    app.register("ada@example.com").await;
    let log_in = async |agent: &str| {
        let request = app.anyone.request(Method::POST, "/auth/login").header("user-agent", agent).json(&credentials);
        app.anyone.with_tokens(app.anyone.send(request).await.body_of(200))
    };
    let phone = log_in(&"p".repeat(300)).await;
    let laptop = log_in("a laptop").await;
    let phone = phone.with_tokens(phone.refresh().await.body_of(200));

    let listed = phone.get("/auth/sessions").await.body_of(200);
    let sessions = listed["items"].as_array().unwrap();
    let agents: Vec<&Value> = sessions.iter().map(|session| &session["user_agent"]).collect();
    assert_eq!(agents, [&json!("p".repeat(255)), &json!("a laptop"), &Value::Null], "the last used comes first");
    assert_eq!(sessions.iter().map(|session| session["current"] == true).collect::<Vec<_>>(), [true, false, false]);
    for session in sessions {
        assert_eq!(session.as_object().unwrap().len(), 7);
        assert_eq!(session["address"], "127.0.0.1");
        let [created_at, used_at, expires_at] = ["created_at", "last_used_at", "expires_at"].map(|name| {
            assert_time(&session[name]);
            moment(&session[name])
        });
        assert!(created_at <= used_at);
        assert_eq!(expires_at - used_at, TimeDelta::days(7));
    }

    let path = format!("/auth/sessions/{}", sessions[1]["id"]);
    phone.delete(&path).await.has_no_content();
    phone.delete(&path).await.is_problem(&problem(404, "SESSION_NOT_FOUND"));
    laptop.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    laptop.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    assert_eq!(ids(&phone.get("/auth/sessions").await.body_of(200)["items"]).len(), 2);

    phone.post("/auth/logout-all", &Value::Null).await.has_no_content();
    phone.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    let new = log_in("new").await;
    assert_eq!(ids(&new.get("/auth/sessions").await.body_of(200)["items"]).len(), 1);
}

/// I8, for sessions.
async fn finds_no_session_of_another_user(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (ada, eve) = (app.register("ada@example.com").await, app.register("eve@example.com").await);
    let id = ids(&ada.get("/auth/sessions").await.body_of(200)["items"])[0];
    for id in [id.to_string(), "4711".to_owned(), "0".to_owned(), "x".to_owned(), "9".repeat(30)] {
        for other in [&eve, app.admin().await] {
            other.delete(&format!("/auth/sessions/{id}")).await.is_problem(&problem(404, "SESSION_NOT_FOUND"));
        }
    }
    eve.post("/auth/logout-all", &Value::Null).await.has_no_content();
    ada.me().await;
}

async fn keeps_at_most_100_sessions(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let store = Bystander::connect(database.url()).await;
    let first = app.register("ada@example.com").await;
    let used = first.with_tokens(first.refresh().await.body_of(200));
    let end = "'2096-01-02T03:04:05+00:00'";
    let long_ago = "'2026-01-02T03:04:05+00:00'";
    let rows = vec![format!("((SELECT id FROM users WHERE email = 'ada@example.com'), {end}, {long_ago})"); 150];
    store
        .execute(&format!("INSERT INTO sessions (user_id, expires_at, last_used_at) VALUES {}", rows.join(", ")))
        .await;
    let new = app.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(ids(&new.get("/auth/sessions").await.body_of(200)["items"]).len(), 100);
    used.me().await;
}

fn moment(time: &Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text(time)).unwrap().to_utc()
}
