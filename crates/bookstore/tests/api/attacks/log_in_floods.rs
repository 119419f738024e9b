//! One peer logs in with unknown addresses, on many connections.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use serde_json::json;
use tempfile::tempdir;
use test_support::{Suite, TestDatabase, rounds, tests};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{ATTACKER, environment, log_in, peer, register};
use crate::support::{PASSWORD, Program};

pub(super) fn suite() -> Suite {
    tests![others_log_in_during_a_flood, others_log_in_during_a_flood_even_without_limits]
}

async fn others_log_in_during_a_flood(database: TestDatabase) {
    flood(&database, "on").await;
}

/// Passwords are hashed in turns of the peers, even if nothing is limited.
async fn others_log_in_during_a_flood_even_without_limits(database: TestDatabase) {
    flood(&database, "off").await;
}

const CONNECTIONS: usize = 100;
const USERS: usize = 5;
/// How long each connection rests between two log-ins.
const PAUSE: Duration = Duration::from_millis(200);

async fn flood(database: &TestDatabase, rate_limit: &str) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(database, rate_limit));
    let anyone = program.anyone();
    let users: Vec<_> = (0..USERS).map(|number| format!("user{number}@example.com")).collect();
    for (number, user) in users.iter().enumerate() {
        register(&anyone.at_address(peer(number)), user, PASSWORD).await.body_of(201);
    }
    let (is_over, tried) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut flood = JoinSet::new();
    let attacker = Client::builder().no_proxy().local_address(IpAddr::from(ATTACKER)).build().unwrap();
    for _ in 0..CONNECTIONS {
        let (is_over, tried) = (Arc::clone(&is_over), Arc::clone(&tried));
        let (attacker, url) = (attacker.clone(), format!("{}/auth/login", program.url));
        flood.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let number = tried.fetch_add(1, Ordering::Relaxed);
                let email = format!("unknown{number}@example.com");
                let request = attacker.post(&url).json(&json!({ "email": email, "password": PASSWORD }));
                // What becomes of it does not matter.
                let _ = request.send().await;
                // The flood should fill the queue, not take all cores from the service.
                sleep(PAUSE).await;
            }
        });
    }
    // Strangers may try each account 30 times.
    let log_ins = rounds(10).min(20 * USERS);
    for number in 0..log_ins {
        // Each log-in comes from a peer of its own, so that only the flood could hold it up.
        let user = &users[number % USERS];
        let answer = log_in(&anyone.at_address(peer(1000 + number)), user, PASSWORD).await;
        assert_eq!(answer.status, 200, "log-in {number} of {log_ins}: {answer:?}");
    }
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = flood.join_next().await {
        ended.unwrap();
    }
    let tried = tried.load(Ordering::Relaxed);
    eprintln!("RATE_LIMIT={rate_limit}: {log_ins} of {log_ins} log-ins got through beside {tried} others");
}
