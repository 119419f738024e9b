//! Registering and logging in.

use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Caller, PASSWORD, TestApp, all_are, all_at_once, assert_time, assert_tokens,
    hash_of, invalid, problem, query_texts, text,
};

pub(crate) fn suite() -> Suite {
    tests![
        register_returns_tokens,
        trims_and_lowercases_addresses,
        rejects_a_registered_address,
        limits_the_length_of_addresses_and_passwords,
        log_in_returns_tokens,
        all_failed_log_ins_get_the_same_error,
        only_the_owner_learns_that_an_account_is_deactivated,
        stores_only_hashes_of_secrets,
        refuses_log_ins_when_overloaded,
    ]
}

async fn register_returns_tokens(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answer = register(&app, "ada@example.com", PASSWORD).await;
    assert_eq!(answer.header("location"), None);
    let ada = app.anyone.with_tokens(assert_tokens(answer.body_of(201)));
    let me = ada.me().await;
    assert_time(&me["created_at"]);
    assert!(me["id"].as_i64().unwrap() > 1);
    let expected = json!({
        "id": me["id"], "email": "ada@example.com", "role": "user", "is_active": true, "email_verified": false,
        "email_notifications": true, "locale": null, "created_at": me["created_at"],
    });
    assert_eq!(me, expected);
    assert_eq!(app.admin().await.me().await["role"], "admin");
}

async fn trims_and_lowercases_addresses(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("  Ada.LOVELACE@Example.COM\t").await;
    assert_eq!(ada.me().await["email"], "ada.lovelace@example.com");
    for typed in ["ada.lovelace@example.com", " ADA.lovelace@EXAMPLE.com "] {
        assert_eq!(app.log_in(typed, PASSWORD).await.me().await, ada.me().await);
    }
}

async fn rejects_a_registered_address(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    for again in ["ada@example.com", "ADA@example.com", " ada@EXAMPLE.com ", ADMIN_EMAIL] {
        let conflict = problem(409, "AUTH_EMAIL_CONFLICT").of("email");
        register(&app, again, "another password").await.is_problem(&conflict);
    }
    app.log_in("ada@example.com", PASSWORD).await;
}

async fn limits_the_length_of_addresses_and_passwords(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let longest = format!("{}@{}.{}.{}.org", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(57));
    assert_eq!(longest.len(), 254);
    assert_eq!(app.register(&longest).await.me().await["email"], longest.as_str());
    register(&app, &longest.replace(".org", "x.org"), PASSWORD).await.is_problem(&invalid(&["email"]));

    // The length is counted in characters, not bytes, and nothing is trimmed or truncated.
    let passwords =
        ["äöüßéñçø".to_owned(), "水の惑星ソラリスを読む".repeat(11) + "水の惑星ソラ!", "Nul\0 w1th".to_owned()];
    for (number, password) in passwords.iter().enumerate() {
        let email = format!("user{number}@example.com");
        register(&app, &email, password).await.body_of(201);
        app.log_in(&email, password).await;
        let almost: String = password.chars().skip(1).collect();
        log_in(&app, &email, &almost).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    }
    for password in ["äöüßéñç".to_owned(), "水".repeat(129)] {
        register(&app, "eve@example.com", &password).await.is_problem(&invalid(&["password"]));
    }
}

async fn log_in_returns_tokens(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let tokens = assert_tokens(log_in(&app, "ada@example.com", PASSWORD).await.body_of(200));
    assert_ne!(tokens, ada.tokens);
    assert_eq!(ada.with_tokens(tokens).me().await, ada.me().await);
}

async fn all_failed_log_ins_get_the_same_error(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    let expected = log_in(&app, "ada@example.com", "not my password").await;
    expected.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    let too_long = "x".repeat(10_000);
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("ada@example.com", ""),
        ("ada@example.com", "short"),
        ("ada@example.com", &too_long),
        ("ada@example.com", "nul\0nul\0nul"),
        ("no address", PASSWORD),
        ("", ""),
        ("\0@example.com", PASSWORD),
        (&too_long, PASSWORD),
    ] {
        let answer = log_in(&app, email, password).await;
        assert_eq!((answer.status, &answer.body), (401, &expected.body), "{email:?}, {password:?}");
    }
}

async fn only_the_owner_learns_that_an_account_is_deactivated(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    app.deactivate(&ada.me().await).await;
    log_in(&app, "ada@example.com", PASSWORD).await.is_problem(&problem(403, "AUTH_ACCOUNT_DEACTIVATED"));
    log_in(&app, "ada@example.com", "wrong password").await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    register(&app, "ada@example.com", PASSWORD).await.is_problem(&problem(409, "AUTH_EMAIL_CONFLICT").of("email"));
}

async fn stores_only_hashes_of_secrets(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let stored = query_texts(&database, "SELECT password_hash FROM users").await;
    assert_eq!(stored.len(), 2);
    for hash in stored {
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    }
    let token = text(&ada.tokens["refresh_token"]);
    assert!(token.len() >= 43, "256 bits");
    assert_eq!(query_texts(&database, "SELECT token_hash FROM refresh_tokens").await, [hash_of(token)]);
}

async fn refuses_log_ins_when_overloaded(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let answers = all_at_once((0..300).map(|number| {
        let anyone = app.anyone.clone();
        async move { try_log_in(anyone, &format!("user{number}@example.com"), PASSWORD).await }
    }));
    // Calls without a log-in are served meanwhile.
    let (answers, health) = tokio::join!(answers, app.anyone.get("/books"));
    health.body_of(200);
    let (refused, served): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 503);
    assert!(served.len() > 64, "{} were served", served.len());
    assert!(!refused.is_empty());
    all_are(&served, &problem(401, "AUTH_INVALID_CREDENTIALS"));
    all_are(&refused, &problem(503, "OVERLOADED"));
    app.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

async fn register(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anyone.post("/auth/register", &json!({ "email": email, "password": password })).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    try_log_in(app.anyone.clone(), email, password).await
}

async fn try_log_in(anyone: Caller, email: &str, password: &str) -> Answer {
    anyone.post("/auth/login", &json!({ "email": email, "password": password })).await
}
