//! What the log says about attacks (OWASP ASVS 4.0, V7).

use serde_json::json;
use tempfile::tempdir;
use test_support::{Suite, tests};

use crate::support::{PASSWORD, Program, problem};

pub(crate) fn suite() -> Suite {
    tests![names_the_user_the_code_and_the_peer, bounds_long_paths]
}

/// The lines of the log about the request with this identifier.
fn about<'a>(log: &'a str, id: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(&format!("id=\"{id}\""))).collect()
}

async fn names_the_user_the_code_and_the_peer() {
    let directory = tempdir().unwrap();
    let admin = ("ADMIN_PASSWORD", "the password of the admin");
    let mut program = Program::start(directory.path(), &[admin]);
    let anyone = program.anyone();
    let new = json!({ "email": "ada@example.com", "password": PASSWORD });
    let ada = anyone.with_tokens(anyone.post("/auth/register", &new).await.body_of(201));
    let id = ada.me().await["id"].clone();
    let post = async |request: &str, path: &str, body: &serde_json::Value| {
        let sent = ada.request(reqwest::Method::POST, path).header("x-request-id", request).json(body);
        ada.send(sent).await
    };
    let wrong = json!({ "email": "ada@example.com", "password": "a mistyped password" });
    post("wrong", "/auth/login", &wrong).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    let unknown = json!({ "email": "eve@example.com", "password": "a mistyped password" });
    post("unknown", "/auth/login", &unknown).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    post("forbidden", "/books", &json!({})).await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    let token = json!({ "refresh_token": ada.tokens["refresh_token"] });
    post("refresh", "/auth/refresh", &token).await.body_of(200);
    post("reuse", "/auth/refresh", &token).await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));

    let log = program.stop();
    let by_ada = format!(" user={id}");
    for (request, code, user) in [
        ("wrong", "AUTH_INVALID_CREDENTIALS", Some(&by_ada)),
        ("unknown", "AUTH_INVALID_CREDENTIALS", None),
        ("reuse", "AUTH_TOKEN_REUSE", Some(&by_ada)),
        ("forbidden", "AUTH_FORBIDDEN", Some(&by_ada)),
    ] {
        let [line] = about(&log, request)[..] else { panic!("{request}: {log}") };
        assert!(line.contains(" WARN ") && line.contains("request refused"), "{line}");
        assert!(line.contains(&format!("code=\"{code}\"")) && line.contains(" peer=127.0.0.1"), "{line}");
        assert_eq!(line.contains(" user="), user.is_some(), "{line}");
        assert!(user.is_none_or(|user| line.contains(user)), "{line}");
    }
    let [line] = about(&log, "refresh")[..] else { panic!("{log}") };
    assert!(line.contains(" INFO ") && line.contains("request finished") && !line.contains("code="), "{line}");
}

async fn bounds_long_paths() {
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &[]);
    let path = format!("/{}", "a/%2e%2e/".repeat(5_000));
    let request = program.anyone().request(reqwest::Method::GET, &path).header("x-request-id", "long");
    let status = program.anyone().send(request).await.status;
    assert!((400..500).contains(&status), "{status}");
    let log = program.stop();
    let longest = log.lines().map(str::len).max().unwrap();
    assert!(longest < 1_000, "a line has {longest} bytes");
}
