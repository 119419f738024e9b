//! Peers that a proxy names.

use reqwest::Method;
use serde_json::json;
use tempfile::tempdir;
use test_support::{Suite, TestDatabase, tests};

use super::{count, environment};
use crate::support::{Answer, Caller, Program};

pub(super) fn suite() -> Suite {
    tests![a_trusted_proxy_names_the_peer, a_client_can_not_choose_its_peer]
}

const PROXY: [u8; 4] = [127, 0, 0, 3];

/// More than the limit of a peer, without a registration.
async fn register_with_a_short_password(caller: &Caller, forwarded_for: &str) -> Answer {
    let body = json!({ "email": "ada@example.com", "password": "short" });
    let request = caller.request(Method::POST, "/auth/register").header("x-forwarded-for", forwarded_for);
    caller.send(request.json(&body)).await
}

async fn a_trusted_proxy_names_the_peer(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let settings = [&environment(&database, "on")[..], &[("TRUSTED_PROXIES", "127.0.0.3,10.0.0.0/8")]].concat();
    let program = Program::start(directory.path(), &settings);
    let proxy = program.anyone().at_address(PROXY);
    for number in 0..30 {
        // What a client writes stands left of what the proxies append.
        let forwarded_for = format!("1.2.3.4, 192.0.2.{number}, 10.0.0.1");
        let answer = register_with_a_short_password(&proxy, &forwarded_for).await;
        assert_eq!(answer.header("ratelimit"), Some("\"registrations\";r=9"), "{answer:?}");
    }
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(register_with_a_short_password(&proxy, "192.0.2.200").await);
    }
    assert_ne!(count(&answers, 429), 0, "a peer behind a proxy is limited like any other");
}

async fn a_client_can_not_choose_its_peer(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let settings = [&environment(&database, "on")[..], &[("TRUSTED_PROXIES", "127.0.0.3")]].concat();
    let program = Program::start(directory.path(), &settings);
    let mut answers = Vec::new();
    for number in 0..30 {
        answers.push(register_with_a_short_password(&program.anyone(), &format!("192.0.2.{number}")).await);
    }
    assert_ne!(count(&answers, 429), 0, "it is counted as itself, whatever it says");
}
