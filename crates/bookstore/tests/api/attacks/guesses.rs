//! Guesses of the password of one account.

use std::time::Instant;

use tempfile::tempdir;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{ATTACKER, count, environment, log_in, peer};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Caller, Program, all_at_once, problem};

pub(super) fn suite() -> Suite {
    tests![
        one_peer_can_lock_out_nobody_but_itself,
        guesses_at_once_get_no_more_than_the_limit,
        guesses_from_many_peers_grow_slower_and_do_not_lock_out_the_owner,
        inputs_that_are_no_address_count_too,
    ]
}

/// The limit of log-ins is so high that only guesses are limited.
const MANY_LOG_INS: &str = "1000";

/// Guesses of all these callers at once.
async fn guess(callers: Vec<Caller>, address: &'static str) -> Vec<Answer> {
    all_at_once(callers.into_iter().map(|caller| async move { log_in(&caller, address, "a wrong one").await })).await
}

/// Checks how many guesses were checked: `burst`, and one more for each minute that has passed.
fn assert_limited(answers: &[Answer], burst: usize, started: Instant) {
    let minutes = usize::try_from(started.elapsed().as_secs() / 60).unwrap();
    let guessed = count(answers, 401);
    assert!((burst..=burst + minutes).contains(&guessed), "{guessed} of {} guesses in {minutes} min", answers.len());
    for answer in answers {
        let expected = match answer.status {
            401 => problem(401, "AUTH_INVALID_CREDENTIALS"),
            _ => problem(429, "TOO_MANY_REQUESTS"),
        };
        answer.is_problem(&expected);
    }
}

async fn one_peer_can_lock_out_nobody_but_itself(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, MANY_LOG_INS));
    let (owner, attacker) = (program.anyone(), program.anyone().at_address(ATTACKER));
    let started = Instant::now();
    let mut answers = Vec::new();
    for _ in 0..rounds(120) {
        answers.push(log_in(&attacker, ADMIN_EMAIL, "a wrong one").await);
    }
    assert_limited(&answers, 10, started);
    log_in(&owner, ADMIN_EMAIL, ADMIN_PASSWORD).await.body_of(200);
}

async fn guesses_at_once_get_no_more_than_the_limit(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, MANY_LOG_INS));
    let started = Instant::now();
    let answers = guess(vec![program.anyone(); 80], ADMIN_EMAIL).await;
    assert_limited(&answers, 10, started);
}

async fn guesses_from_many_peers_grow_slower_and_do_not_lock_out_the_owner(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, "on"));
    let owner = program.anyone();
    let started = Instant::now();
    log_in(&owner, ADMIN_EMAIL, ADMIN_PASSWORD).await.body_of(200);
    let mut answers = Vec::new();
    for number in 0..40 {
        let attacker = program.anyone().at_address(peer(number));
        answers.extend(guess(vec![attacker; 5], ADMIN_EMAIL).await);
    }
    // The owner's first log-in was one of 30.
    assert_limited(&answers, 29, started);
    let wait = answers.iter().filter_map(|answer| answer.header("retry-after")).map(|wait| wait.parse().unwrap()).max();
    assert!((1..=60).contains(&wait.unwrap()), "{wait:?} s");

    log_in(&owner, ADMIN_EMAIL, ADMIN_PASSWORD).await.body_of(200);
}

async fn inputs_that_are_no_address_count_too(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, MANY_LOG_INS));
    let started = Instant::now();
    let answers = guess(vec![program.anyone(); 30], "no address").await;
    assert_limited(&answers, 10, started);
}
