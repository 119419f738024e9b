//! The store stops and starts again, and the service keeps running.

use tempfile::tempdir;
use test_support::{OwnServer, Suite, rounds, tests};

use super::load::{Fault, Load};
use super::stopped::environment;
use crate::support::{Bystander, Program, problem};

pub(crate) fn suite() -> Suite {
    tests![recovers_when_the_store_restarts].with_servers_of_their_own()
}

const ROUNDS: usize = 2;
const CALLS: usize = 60;
const MAX_CONNECTIONS: i64 = 4;

async fn recovers_when_the_store_restarts() {
    let mut server = OwnServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), server.url().to_owned());
    let max_connections = MAX_CONNECTIONS.to_string();
    let environment = [&environment(&url)[..], &[("DATABASE_MAX_CONNECTIONS", &max_connections)]].concat();
    let program = Program::start(directory.path(), &environment);
    let mut load = Load::prepare(&program).await;
    for round in 0..rounds(ROUNDS) {
        let running = load.start(&program.url, Fault::StoreGone);
        running.until_done(CALLS).await;
        // It crashes, or its operator stops it.
        if round % 2 == 0 { server.crash() } else { server.stop() }.unwrap();
        running.until_refused(10).await;
        program.anyone().get("/health").await.body_of(200);
        program.anyone().get("/health/ready").await.is_problem(&problem(503, "STORE_UNAVAILABLE"));
        server.start_again().unwrap();
        running.until_done(CALLS).await;
        load = running.end().await;
        load.check(&program.url, &url).await;
        program.anyone().get("/health/ready").await.body_of(200);

        let store = Bystander::connect(&url).await;
        store.until_sessions("state <> 'idle'", 0).await;
        let [open] = store.numbers("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bookstore'").await;
        assert!((1..=MAX_CONNECTIONS).contains(&open), "{open} connections");
    }
}
