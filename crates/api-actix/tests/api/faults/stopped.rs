//! The service goes away in the middle of its work.

use tempfile::tempdir;
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::load::{Fault, Load, WORKERS};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, JWT_SECRET, Program};

pub(crate) fn suite() -> Suite {
    tests![killed_in_a_load, told_to_stop_in_a_load]
}

const ROUNDS: usize = 3;
/// So many calls are answered before it happens.
const CALLS: usize = 60;

pub(crate) fn environment(database_url: &str) -> [(&'static str, &str); 4] {
    [
        ("DATABASE_URL", database_url),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
    ]
}

async fn killed_in_a_load(database: TestDatabase) {
    let (directory, environment) = (tempdir().unwrap(), environment(database.url()));
    let mut program = Program::start(directory.path(), &environment);
    let mut load = Load::prepare(&program).await;
    for _ in 0..rounds(ROUNDS) {
        let running = load.start(&program.url, Fault::Killed);
        running.until_done(CALLS).await;
        program.stop();
        load = running.end().await;
        program = Program::start(directory.path(), &environment);
        load.check(&program.url, database.url()).await;
    }
}

/// Nothing is done behind the back of a caller who got no answer: each call that it took is answered, or the store would hold
/// more than was answered.
async fn told_to_stop_in_a_load(database: TestDatabase) {
    let (directory, environment) = (tempdir().unwrap(), environment(database.url()));
    let mut program = Program::start(directory.path(), &environment);
    let mut load = Load::prepare(&program).await;
    let somebody = Bystander::connect(database.url()).await;
    for _ in 0..rounds(ROUNDS) {
        let running = load.start(&program.url, Fault::ToldToStop);
        running.until_done(CALLS).await;
        // Everyone has called and waits, so that all of it is in flight when it is told.
        somebody.lock_the_books().await;
        somebody.until_sessions("wait_event_type = 'Lock'", WORKERS).await;
        let (shift, before) = (running.shift.clone(), running.shift.answers());
        program.terminate();
        program.wait_for_log("told to stop");
        somebody.execute("ROLLBACK").await;
        program.wait();
        load = running.end().await;
        // On SQLite nobody can see whether all of them are waiting.
        let in_flight = if database.engine() == Engine::Postgres { WORKERS } else { 0 };
        assert!(shift.answers() - before >= in_flight, "a call in flight got no answer");
        program = Program::start(directory.path(), &environment);
        load.check(&program.url, database.url()).await;
    }
}
