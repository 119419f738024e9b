//! The network between the service and the store falls silent without closing a connection.

use std::time::{Duration, Instant};

use tempfile::tempdir;
use test_support::{Engine, Network, Suite, TestDatabase, tests};
use tokio::time::{sleep, timeout};

use super::load::{Fault, Load};
use super::stopped::environment;
use crate::support::Program;

pub(crate) fn suite() -> Suite {
    tests![recovers_after_a_silence, recovers_when_only_new_connections_work].only_on(Engine::Postgres)
}

const SILENCE: Duration = Duration::from_secs(10);
/// How long after the silence all calls must succeed again.
const WELL_WITHIN: Duration = Duration::from_secs(20);
/// How many calls are answered before the silence.
const CALLS: usize = 60;
/// Fewer than the clients, so that the silence affects every connection.
const MAX_CONNECTIONS: &str = "4";

async fn recovers_after_a_silence(database: TestDatabase) {
    fall_silent(database, |_| ()).await;
}

/// As after another machine took over the address, or after a firewall restarted.
async fn recovers_when_only_new_connections_work(database: TestDatabase) {
    fall_silent(database, Network::forget_connections).await;
}

async fn fall_silent(database: TestDatabase, before_the_silence: impl Fn(&Network)) {
    let network = Network::to(database.url()).await.unwrap();
    let directory = tempdir().unwrap();
    let environment = [&environment(network.url())[..], &[("DATABASE_MAX_CONNECTIONS", MAX_CONNECTIONS)]].concat();
    let program = Program::start(directory.path(), &environment);
    let load = Load::prepare(&program).await;
    let mut running = load.start(&program.url, Fault::StoreFails);
    running.read(program.anyone(), "/books");
    running.read(program.anyone(), "/books/1");
    running.until_done(CALLS).await;

    before_the_silence(&network);
    network.fall_silent();
    sleep(SILENCE).await;
    network.recover();

    let started = Instant::now();
    let well = async {
        running.until_well().await;
        while program.anyone().get("/health/ready").await.status != 200 {}
    };
    timeout(WELL_WITHIN, well).await.expect("well again, by itself");
    let (well, shift) = (started.elapsed(), running.shift.clone());
    let mut load = running.end().await;
    eprintln!("well again {well:.1?} after a silence of {SILENCE:?}; the slowest answer took {:.1?}", shift.slowest());
    load.check(&program.url, database.url()).await;
}
