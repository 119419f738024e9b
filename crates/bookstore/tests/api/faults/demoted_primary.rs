//! The server that the service is connected to becomes read-only, because another one is the primary now.

use std::time::{Duration, Instant};

use tempfile::tempdir;
use test_support::{Network, OwnServer, Suite, tests};
use tokio::time::timeout;

use super::load::{Fault, Load};
use super::stopped::environment;
use crate::support::{Bystander, Program, problem, run};

pub(crate) fn suite() -> Suite {
    tests![writes_resume_on_the_new_primary, refuses_to_start_against_a_read_only_store].with_servers_of_their_own()
}

/// How many calls succeed before that, and are rejected during it.
const CALLS: usize = 60;
/// Within this time after the address leads to the new primary, all calls succeed again.
const WELL_WITHIN: Duration = Duration::from_secs(5);
const MAX_CONNECTIONS: &str = "4";

/// The connections to the old primary stay open.
async fn writes_resume_on_the_new_primary() {
    let mut primary = OwnServer::start().unwrap();
    let mut standby = primary.start_standby().unwrap();
    let network = Network::to(primary.url()).await.unwrap();
    let directory = tempdir().unwrap();
    let environment = [&environment(network.url())[..], &[("DATABASE_MAX_CONNECTIONS", MAX_CONNECTIONS)]].concat();
    let program = Program::start(directory.path(), &environment);
    let load = Load::prepare(&program).await;
    let running = load.start(&program.url, Fault::StoreFails);
    running.until_done(CALLS).await;

    primary.set("default_transaction_read_only", "on").unwrap();
    running.until_refused(CALLS).await;
    program.anyone().get("/health").await.body_of(200);
    let ready = program.anyone().get("/health/ready").await;
    until_the_standby_has_caught_up(&primary).await;
    standby.promote().unwrap();
    network.redirect(standby.url()).unwrap();

    let started = Instant::now();
    let is_well = timeout(WELL_WITHIN, running.until_well()).await.is_ok();
    eprintln!(
        "well again {:.1?} after the address led to the new primary; ready before: {}",
        started.elapsed(),
        ready.status
    );
    assert!(is_well, "writes are refused {WELL_WITHIN:?} after the address led to the new primary");
    ready.is_problem(&problem(503, "STORE_UNAVAILABLE"));
    program.anyone().get("/health/ready").await.body_of(200);
    // Reads go to the new primary, too.
    let mut load = running.end().await;
    load.check(&program.url, standby.url()).await;
}

/// Waits until the standby has replayed everything.
async fn until_the_standby_has_caught_up(primary: &OwnServer) {
    let store = Bystander::connect(primary.url()).await;
    store.until("SELECT EXISTS (SELECT FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn())").await;
}

async fn refuses_to_start_against_a_read_only_store() {
    let mut server = OwnServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), server.url().to_owned());
    Program::start(directory.path(), &environment(&url)).stop();
    server.demote().unwrap();
    for task in [&[][..], &["worker"]] {
        let ended = run(directory.path(), &environment(&url), task);
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success());
        assert_eq!(said.lines().count(), 1, "{said}");
        // It names the setting and the problem.
        assert!(said.contains("DATABASE_URL") && said.contains("read-only"), "{said}");
    }
}
