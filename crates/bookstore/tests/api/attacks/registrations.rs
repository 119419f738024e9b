//! One peer registers accounts, or asks which addresses have one.

use std::time::Instant;

use tempfile::tempdir;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{ATTACKER, count, environment, peer, register};
use crate::support::{ADMIN_EMAIL, Answer, PASSWORD, Program, problem};

pub(super) fn suite() -> Suite {
    tests![registrations_of_a_peer_are_limited, probes_for_known_addresses_are_limited]
}

/// 10 at once, and one more each 10 seconds.
fn assert_limited(answers: &[Answer], status: u16, started: Instant) {
    let more = usize::try_from(started.elapsed().as_secs() / 10).unwrap();
    let taken = count(answers, status);
    assert!((10..=10 + more).contains(&taken), "{taken} of {} in {:?}", answers.len(), started.elapsed());
    for refused in answers.iter().filter(|answer| answer.status != status) {
        refused.is_problem(&problem(429, "TOO_MANY_REQUESTS"));
    }
}

async fn registrations_of_a_peer_are_limited(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, "on"));
    let (attacker, other) = (program.anyone().at_address(ATTACKER), program.anyone().at_address(peer(1)));
    let started = Instant::now();
    let mut answers = Vec::new();
    for number in 0..rounds(150) {
        answers.push(register(&attacker, &format!("user{number}@example.com"), PASSWORD).await);
    }
    assert_limited(&answers, 201, started);
    register(&other, "ada@example.com", PASSWORD).await.body_of(201);
}

async fn probes_for_known_addresses_are_limited(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, "on"));
    let attacker = program.anyone().at_address(ATTACKER);
    let started = Instant::now();
    let mut answers = Vec::new();
    for _ in 0..rounds(100) {
        answers.push(register(&attacker, ADMIN_EMAIL, PASSWORD).await);
    }
    assert_limited(&answers, 409, started);
}
