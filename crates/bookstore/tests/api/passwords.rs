//! New passwords, and what they must not be.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use serde_json::json;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Answer, Caller, JWT_SECRET, PASSWORD, TestApp, execute, invalid, problem, query_texts, text};

pub(crate) fn suite() -> Suite {
    tests![
        a_new_password_ends_the_other_sessions,
        a_wrong_current_password_changes_nothing,
        refuses_common_passwords_and_the_own_address,
        an_old_common_password_still_logs_in,
        a_log_in_hashes_again_when_parameters_were_raised,
        an_international_domain_is_one_address,
        accounts_keep_addresses_that_no_new_account_can_have,
        a_token_of_the_previous_secret_is_valid,
    ]
}

const NEW: &str = "a password of my own";

async fn change(caller: &Caller, current: &str, new: &str) -> Answer {
    caller.post("/auth/password", &json!({ "current_password": current, "new_password": new })).await
}

async fn register(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anyone.post("/auth/register", &json!({ "email": email, "password": password })).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anyone.post("/auth/login", &json!({ "email": email, "password": password })).await
}

async fn a_new_password_ends_the_other_sessions(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let (phone, eve) = (app.register("ada@example.com").await, app.register("eve@example.com").await);
    let laptop = app.log_in("ada@example.com", PASSWORD).await;
    change(&laptop, PASSWORD, NEW).await.has_no_content();
    phone.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    phone.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    laptop.me().await;
    laptop.refresh().await.body_of(200);
    eve.me().await;
    log_in(&app, "ada@example.com", PASSWORD).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    log_in(&app, "ada@example.com", NEW).await.body_of(200);
}

async fn a_wrong_current_password_changes_nothing(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@example.com").await;
    let other = app.log_in("ada@example.com", PASSWORD).await;
    for current in ["", "wrong", NEW] {
        let wrong = problem(403, "AUTH_WRONG_PASSWORD").of("current_password");
        change(&ada, current, NEW).await.is_problem(&wrong);
    }
    other.me().await;
    log_in(&app, "ada@example.com", PASSWORD).await.body_of(200);
}

async fn refuses_common_passwords_and_the_own_address(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada.lovelace@example.com").await;
    for password in ["password", "12345678", "        ", "qwertyuiop", "P4ssw0rd", "ada.lovelace@example.com"] {
        change(&ada, PASSWORD, password).await.is_problem(&invalid(&["new_password"]));
        register(&app, "ada.lovelace@example.com", password).await.is_problem(&invalid(&["password"]));
    }
    change(&ada, PASSWORD, "eve@example.org").await.has_no_content();
}

/// Gives Ada the password `password`, as it could be registered before, hashed with weaker parameters than today's.
async fn set_old_hash(database: &TestDatabase) -> String {
    let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(9_728, 1, 1, None).unwrap());
    let hash: PasswordHash = weaker.hash_password(b"password").unwrap();
    let hash = hash.to_string();
    execute(database, &format!("UPDATE users SET password_hash = '{hash}' WHERE email = 'ada@example.com'")).await;
    hash
}

async fn an_old_common_password_still_logs_in(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    set_old_hash(&database).await;
    let ada = app.log_in("ada@example.com", "password").await;
    change(&ada, "password", NEW).await.has_no_content();
}

async fn a_log_in_hashes_again_when_parameters_were_raised(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    let old = set_old_hash(&database).await;
    let hash = "SELECT password_hash FROM users WHERE email = 'ada@example.com'";
    log_in(&app, "ada@example.com", "wrong password").await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    assert_eq!(query_texts(&database, hash).await, [old]);
    for _ in 0..2 {
        log_in(&app, "ada@example.com", "password").await.body_of(200);
        let stored = query_texts(&database, hash).await;
        assert!(stored[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored:?}");
    }
}

async fn an_international_domain_is_one_address(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let ada = app.register("ada@EXÄMPLE.com").await;
    assert_eq!(ada.me().await["email"], "ada@xn--exmple-cua.com");
    for typed in ["ada@exämple.com", "ada@xn--exmple-cua.com", "ada@exa\u{308}mple.com"] {
        register(&app, typed, PASSWORD).await.is_problem(&problem(409, "AUTH_EMAIL_CONFLICT").of("email"));
        assert_eq!(app.log_in(typed, PASSWORD).await.me().await, ada.me().await);
    }
}

async fn accounts_keep_addresses_that_no_new_account_can_have(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    for (number, email) in ["ada@localhost", "\"ada lovelace\"@example.com"].iter().enumerate() {
        register(&app, email, PASSWORD).await.is_problem(&invalid(&["email"]));
        let registered = format!("user{number}@example.com");
        let ada = app.register(&registered).await;
        execute(&database, &format!("UPDATE users SET email = '{email}' WHERE email = '{registered}'")).await;
        assert_eq!(app.log_in(email, PASSWORD).await.me().await["id"], ada.me().await["id"]);
    }
}

async fn a_token_of_the_previous_secret_is_valid(database: TestDatabase) {
    let before = TestApp::start(&database).await;
    let ada = before.register("ada@example.com").await;
    drop(before);
    let new_secret = "the new secret of the tests, also longer than 32 bytes";
    let rotated =
        TestApp::start_with(&database, &["--jwt-secret", new_secret, "--jwt-secret-previous", JWT_SECRET]).await;
    ada.at(&rotated.url).me().await;
    let refreshed = ada.at(&rotated.url).refresh().await.body_of(200);
    drop(rotated);
    let after = TestApp::start_with(&database, &["--jwt-secret", new_secret]).await;
    ada.at(&after.url).get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    let ada = ada.at(&after.url).with_tokens(refreshed);
    assert_eq!(text(&ada.me().await["email"]), "ada@example.com");
}
