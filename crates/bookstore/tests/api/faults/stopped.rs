//! The service is killed or stopped under load.

use tempfile::tempdir;
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::load::{Fault, Load, WORKERS};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, JWT_SECRET, Program, lock_the_books};

pub(crate) fn suite() -> Suite {
    tests![keeps_confirmed_writes_when_killed, answers_every_accepted_request_when_told_to_stop]
}

const ROUNDS: usize = 3;
/// How many calls are answered before that.
const CALLS: usize = 60;

pub(crate) fn environment(database_url: &str) -> [(&'static str, &str); 4] {
    [
        ("DATABASE_URL", database_url),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
    ]
}

async fn keeps_confirmed_writes_when_killed(database: TestDatabase) {
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

/// Every accepted call is answered. Otherwise the store would contain more than was confirmed.
async fn answers_every_accepted_request_when_told_to_stop(database: TestDatabase) {
    let (directory, environment) = (tempdir().unwrap(), environment(database.url()));
    let mut program = Program::start(directory.path(), &environment);
    let mut load = Load::prepare(&program).await;
    let somebody = Bystander::connect(database.url()).await;
    for _ in 0..rounds(ROUNDS) {
        let running = load.start(&program.url, Fault::ToldToStop);
        running.until_done(CALLS).await;
        // Everyone waits for a response, so all calls are in flight when the service is told to stop.
        lock_the_books(&somebody, database.engine()).await;
        somebody.until_sessions("wait_event_type = 'Lock'", WORKERS).await;
        let (shift, before) = (running.shift.clone(), running.shift.answers());
        program.terminate();
        program.wait_for_log("told to stop");
        somebody.execute("ROLLBACK").await;
        program.wait();
        load = running.end().await;
        // On SQLite it can't be seen whether all of them wait.
        let in_flight = if database.engine() == Engine::Postgres { WORKERS } else { 0 };
        assert!(shift.answers() - before >= in_flight, "a call in flight got no response");
        program = Program::start(directory.path(), &environment);
        load.check(&program.url, database.url()).await;
    }
}
