//! Peers that a proxy names.

use reqwest::Method;
use serde_json::json;
use tempfile::tempdir;
use test_support::{Suite, TestDatabase, tests};

use super::environment;
use crate::support::{Answer, Caller, Program, problem};

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
    for _ in 0..30 {
        register_with_a_short_password(&proxy, "192.0.2.200").await;
    }
    let answer = register_with_a_short_password(&proxy, "192.0.2.200").await;
    answer.is_problem(&problem(429, "TOO_MANY_REQUESTS"));
}

async fn a_client_can_not_choose_its_peer(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let settings = [&environment(&database, "on")[..], &[("TRUSTED_PROXIES", "127.0.0.3")]].concat();
    let program = Program::start(directory.path(), &settings);
    for number in 0..30 {
        register_with_a_short_password(&program.anyone(), &format!("192.0.2.{number}")).await;
    }
    let answer = register_with_a_short_password(&program.anyone(), "192.0.2.100").await;
    answer.is_problem(&problem(429, "TOO_MANY_REQUESTS"));
}
