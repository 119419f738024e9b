//! The time of a failed log-in does not show whether the account exists.

use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Suite, TestDatabase, rounds, tests};

use crate::support::{TestApp, problem};

pub(super) fn suite() -> Suite {
    tests![log_in_takes_as_long_for_an_unknown_address]
}

/// How often each kind of log-in is tried. The kinds alternate, so that a busy machine slows all of them.
const TURNS: usize = 21;

async fn log_in_takes_as_long_for_an_unknown_address(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    app.register("known@example.com").await;
    let deactivated = app.register("deactivated@example.com").await;
    app.deactivate(&deactivated.me().await).await;
    let mut took: [Vec<Duration>; 4] = Default::default();
    for turn in 0..rounds(TURNS) {
        let unknown = format!("unknown{turn}@example.com");
        for (kind, email) in ["known@example.com", "deactivated@example.com", &unknown, "no address"].iter().enumerate()
        {
            let started = Instant::now();
            let answer = app.anyone.post("/auth/login", &json!({ "email": email, "password": "a wrong one" })).await;
            took[kind].push(started.elapsed());
            answer.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
        }
    }
    let medians = took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2]
    });
    eprintln!("{:?}: log-ins took {medians:?}: known, deactivated, unknown, no address", database.engine());
    // Hashing the password takes many times as long as everything else.
    for other in &medians[1..] {
        let ratio = other.as_secs_f64() / medians[0].as_secs_f64();
        assert!((0.33..3.0).contains(&ratio), "{medians:?}");
    }
}
