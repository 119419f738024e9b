//! One anonymous client tries to hurt the others. Each test attacks a server of its own from one loopback address, and checks from
//! others that it serves them.
//!
//! `just attack` runs them with larger numbers.

mod guesses;
mod log_in_floods;
mod proxies;
mod rate_limit_fields;
mod registrations;
mod slow_clients;
mod unread_answers;

use serde_json::json;
use test_support::{Suite, TestDatabase};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Caller, JWT_SECRET};

pub(crate) fn suite() -> Suite {
    [
        slow_clients::suite(),
        unread_answers::suite(),
        log_in_floods::suite(),
        guesses::suite(),
        registrations::suite(),
        proxies::suite(),
        rate_limit_fields::suite(),
    ]
    .into_iter()
    .collect()
}

/// Where the attack comes from.
const ATTACKER: [u8; 4] = [127, 0, 0, 2];

/// The settings for a test's store.
fn environment<'a>(database: &'a TestDatabase, rate_limit: &'a str) -> [(&'static str, &'a str); 6] {
    [
        ("DATABASE_URL", database.url()),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
        ("WORKER", "off"),
        ("RATE_LIMIT", rate_limit),
    ]
}

/// The address of one of many peers.
fn peer(number: usize) -> [u8; 4] {
    let [.., high, low] = number.to_be_bytes();
    [127, 1, high, low]
}

async fn log_in(caller: &Caller, email: &str, password: &str) -> Answer {
    caller.post("/auth/login", &json!({ "email": email, "password": password })).await
}

async fn register(caller: &Caller, email: &str, password: &str) -> Answer {
    caller.post("/auth/register", &json!({ "email": email, "password": password })).await
}

/// How many answers have this status.
fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}
