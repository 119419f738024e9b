//! `bookstore admin`

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, PASSWORD, TestApp, problem, run_with_input};

pub(crate) fn suite() -> Suite {
    tests![
        adds_an_admin,
        makes_an_existing_account_an_admin_with_another_password,
        resets_a_password_and_ends_the_sessions,
        demotes_an_admin_and_ends_the_sessions,
        refuses_what_makes_no_sense,
        records_what_it_did,
    ]
}

/// Runs a command on the store of a test, with the settings of its server.
fn admin(database: &TestDatabase, arguments: &[&str], input: &str) -> Output {
    let directory = tempdir().unwrap();
    admin_in(directory.path(), database, arguments, input)
}

fn admin_in(directory: &Path, database: &TestDatabase, arguments: &[&str], input: &str) -> Output {
    let environment = [
        ("DATABASE_URL", database.url()),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
        ("RUST_LOG", "warn"),
    ];
    run_with_input(directory, &environment, &[&["admin"], arguments].concat(), input)
}

/// Returns what a command printed.
#[track_caller]
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Returns the error of a command, which is one line.
#[track_caller]
fn error(output: &Output) -> String {
    assert!(!output.status.success() && output.stdout.is_empty(), "{output:?}");
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

async fn adds_an_admin(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let output = admin(&database, &["add", " Boss@example.com"], "a new password\nnever read\n");
    assert_eq!(printed(&output), "boss@example.com is an admin now\n");
    assert_eq!(app.log_in("boss@example.com", "a new password").await.me().await["role"], "admin");
    let listed = printed(&admin(&database, &["list"], ""));
    let emails: Vec<&str> = listed.lines().map(|line| line.split("  since ").next().unwrap()).collect();
    assert_eq!(emails, ["boss@example.com", ADMIN_EMAIL]);
}

/// A stranger may have registered the address first.
async fn makes_an_existing_account_an_admin_with_another_password(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let stranger = app.register("boss@example.com").await;
    printed(&admin(&database, &["add", "boss@example.com"], "a new password"));
    stranger.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    let old = json!({ "email": "boss@example.com", "password": PASSWORD });
    app.anyone.post("/auth/login", &old).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    assert_eq!(app.log_in("boss@example.com", "a new password").await.me().await["role"], "admin");
}

async fn resets_a_password_and_ends_the_sessions(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let before = app.admin().await;
    let output = admin(&database, &["reset-password", ADMIN_EMAIL], "a new password\r\n");
    assert_eq!(printed(&output), format!("{ADMIN_EMAIL} has a new password\n"));
    before.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    let old = json!({ "email": ADMIN_EMAIL, "password": ADMIN_PASSWORD });
    app.anyone.post("/auth/login", &old).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    app.log_in(ADMIN_EMAIL, "a new password").await;
    // ADMIN_PASSWORD is the old one, and another server starts all the same.
    TestApp::start(&database).await.log_in(ADMIN_EMAIL, "a new password").await;
}

async fn demotes_an_admin_and_ends_the_sessions(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    printed(&admin(&database, &["add", "boss@example.com"], "a new password"));
    let boss = app.log_in("boss@example.com", "a new password").await;
    boss.get("/admin/users").await.body_of(200);
    let output = admin(&database, &["demote", "boss@example.com"], "");
    assert_eq!(printed(&output), "boss@example.com is no longer an admin\n");
    boss.get("/admin/users").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    let again = app.log_in("boss@example.com", "a new password").await;
    again.get("/admin/users").await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
}

async fn refuses_what_makes_no_sense(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("ada@example.com").await;
    let new = "a new password";
    for (arguments, input, words) in [
        (&["add", ADMIN_EMAIL][..], new, "is an admin's already"),
        (&["add", "nobody"], new, "e-mail address"),
        (&["add", "boss@example.com"], "short", "8 to 128 characters"),
        (&["add", "boss@example.com"], "", "8 to 128 characters"),
        (&["reset-password", "boss@example.com"], new, "no such account"),
        (&["reset-password", "ada@example.com"], new, "not an admin's"),
        (&["demote", "ada@example.com"], "", "not an admin's"),
        (&["demote", "boss@example.com"], "", "no such account"),
        (&["demote", ADMIN_EMAIL], "", "set ADMIN_EMAIL to another address"),
        (&["promote", ADMIN_EMAIL], "", "promote"),
        (&["add"], "", "<EMAIL>"),
    ] {
        let error = error(&admin(&database, arguments, input));
        assert!(error.starts_with("bookstore: ") && error.contains(words), "{arguments:?}: {error}");
        assert!(!error.contains(new), "{error}");
    }
    assert_eq!(app.admin().await.get("/admin/users?role=admin").await.body_of(200)["total_count"], 1);
}

async fn records_what_it_did(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let directory = tempdir().unwrap();
    for (arguments, input, event) in [
        (["add", "boss@example.com"], "a new password", "admin added"),
        (["reset-password", "boss@example.com"], "a newer password", "password of an admin reset"),
        (["demote", "boss@example.com"], "", "admin demoted"),
    ] {
        let output = admin_in(directory.path(), &database, &arguments, input);
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.contains("WARN") && log.contains(event) && log.contains("user="), "{log}");
        assert!(!log.contains("boss@") && !log.contains("a new"), "{log}");
    }
    let boss = app.log_in("boss@example.com", "a newer password").await.me().await;
    let trail = app.admin().await.get(&format!("/admin/audit?user_id={}", boss["id"])).await.body_of(200);
    let of = |field: &str| -> Vec<Value> {
        trail["items"].as_array().unwrap().iter().map(|record| record[field].clone()).collect()
    };
    assert_eq!(of("action"), ["admin.demoted", "admin.password_reset", "admin.added"]);
    assert_eq!(of("actor_id"), [Value::Null, Value::Null, Value::Null]);
}
