//! The network falls silent around a worker.

use std::time::{Duration, Instant};

use tempfile::tempdir;
use test_support::{Engine, MailServer, Network, Step, Suite, TestDatabase, Verdict, tests};
use tokio::time::{sleep, timeout};

use super::mailroom::{environment, restock};
use crate::support::{Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![sends_again_after_a_silence, stops_in_time_during_a_silence].only_on(Engine::Postgres)
}

const SILENCE: Duration = Duration::from_secs(10);
/// How long after the silence an e-mail arrives that was due during it.
const SENT_WITHIN: Duration = Duration::from_secs(20);
/// How long it may take to stop: 30 s, plus what a busy machine may add.
const STOPPED_WITHIN: Duration = Duration::from_secs(33);
const IN_PROGRESS: usize = 10;

/// Connections from before the silence never recover.
async fn sends_again_after_a_silence(database: TestDatabase) {
    let (mails, network) = (MailServer::start().unwrap(), Network::to(database.url()).await.unwrap());
    let (directory, smtp_url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let mut environment = environment(&database, &smtp_url);
    environment.push(("DATABASE_URL", network.url()));
    let _worker = Program::start_worker(directory.path(), &environment);
    restock(&database, &app, 1).await;
    mails.until_taken(1).await;

    network.forget_connections();
    network.fall_silent();
    restock(&database, &app, 1).await;
    sleep(SILENCE).await;
    network.recover();
    let started = Instant::now();
    timeout(SENT_WITHIN, mails.until_taken(2)).await.expect("a mail");
    eprintln!("a mail came {:.1?} after a silence of {SILENCE:?}", started.elapsed());
    // It learns of restocks again.
    restock(&database, &app, 1).await;
    timeout(SENT_WITHIN, mails.until_taken(3)).await.expect("a mail");
}

/// Both the store and the mail server are silent.
async fn stops_in_time_during_a_silence(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (to_store, to_mails) = (Network::to(database.url()).await.unwrap(), Network::to(&mails.url()).await.unwrap());
    let (directory, app) = (tempdir().unwrap(), TestApp::start(&database).await);
    let mut environment = environment(&database, to_mails.url());
    environment.push(("DATABASE_URL", to_store.url()));
    let mut worker = Program::start_worker(directory.path(), &environment);
    mails.at(Step::Content, Verdict::Hold);
    restock(&database, &app, IN_PROGRESS).await;
    mails.until_so_many_are_held(Step::Content, IN_PROGRESS).await;
    to_store.fall_silent();
    to_mails.fall_silent();

    worker.terminate();
    worker.wait_for_log("told to stop");
    let started = Instant::now();
    assert!(worker.ends_within(STOPPED_WITHIN), "it does not stop");
    eprintln!("a worker in a silence stopped {:.1?} after it was told", started.elapsed());
    worker.wait();
}
