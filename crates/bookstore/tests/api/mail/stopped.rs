//! The service is told to stop while e-mails are in progress; and a worker in another process learns of restocks.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::tempdir;
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{add_waiters, counts, environment, recipients, restock, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![a_server_finishes_the_mails_in_progress, a_silent_mail_server_does_not_delay_the_stop].and(
        tests![
            a_worker_finishes_the_mails_in_progress_and_releases_the_rest,
            retries_to_record_replies_before_it_stops,
            a_restock_wakes_a_worker_in_another_process,
        ]
        .only_on(Engine::Postgres),
    )
}

const IN_PROGRESS: usize = 10;
const WAITERS: usize = 50;
const STATES: &str = "SELECT count(*), count(delivered_at), count(claimed_until), sum(attempts) FROM deliveries";

async fn a_server_finishes_the_mails_in_progress(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    add_waiters(&database, &book, WAITERS).await;
    mails.at(Step::Content, Verdict::Hold);
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
    mails.until_so_many_are_held(Step::Content, IN_PROGRESS).await;

    program.terminate();
    program.wait_for_log("told to stop");
    let deadline = Instant::now() + Duration::from_secs(20);
    while program.answers() {
        assert!(Instant::now() < deadline, "it still serves");
    }
    mails.carry_on();
    let log = program.wait();

    assert_eq!(mails.mail_count(), IN_PROGRESS);
    let [all, delivered, claimed, attempts] = Bystander::connect(database.url()).await.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (50, 10, 0, 10), "{log}");
}

/// How long the program may take to stop.
const LONGEST_STOP: Duration = Duration::from_secs(30);

async fn a_silent_mail_server_does_not_delay_the_stop(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    let program = Program::start(directory.path(), &environment(&database, &url));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    add_waiters(&database, &book, WAITERS).await;
    mails.at(Step::Taken, Verdict::Hold);
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
    mails.until_so_many_are_held(Step::Taken, IN_PROGRESS).await;

    program.terminate();
    let told = Instant::now();
    let log = program.wait();
    let took = told.elapsed();

    eprintln!("stopped after {took:.1?} with a silent mail server");
    assert!(took < LONGEST_STOP, "{took:?}: {log}");
    // It logs each e-mail in progress, and no other.
    assert_eq!(log.matches("abandoned").count(), IN_PROGRESS, "{log}");
    let [all, delivered, claimed, attempts] = Bystander::connect(database.url()).await.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (50, 0, 10, 0), "{log}");
}

async fn a_worker_finishes_the_mails_in_progress_and_releases_the_rest(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let book = restock(&database, &app, WAITERS).await;
    mails.at(Step::Taken, Verdict::Hold);
    let mut worker = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::Taken, IN_PROGRESS).await;
    let store = Bystander::connect(database.url()).await;
    let [all, delivered, claimed, _] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed), (50, 0, 50));

    worker.terminate();
    worker.wait_for_log("told to stop");
    mails.carry_on();
    worker.wait();

    assert_eq!(mails.mail_count(), IN_PROGRESS);
    let [all, delivered, claimed, attempts] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (50, 10, 0, 10));

    // Another worker continues at once.
    let _other = Program::start_worker(directory.path(), &environment(&database, &url));
    until_counted(app.admin().await, &book, &counts(0, WAITERS, 0, 0)).await;
    assert_eq!(mails.mail_count(), WAITERS);
}

/// The mail server has the e-mail. If that were not recorded, a second copy would be sent.
async fn retries_to_record_replies_before_it_stops(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    restock(&database, &app, IN_PROGRESS).await;
    mails.at(Step::RcptTo, Verdict::Hold);
    let mut worker = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::RcptTo, IN_PROGRESS).await;
    worker.terminate();
    worker.wait_for_log("told to stop");
    let store = Bystander::connect(database.url()).await;
    store.execute("BEGIN; SELECT FROM deliveries FOR UPDATE").await;
    mails.carry_on();
    mails.until_taken(IN_PROGRESS).await;
    // The worker waits for a lock for a second, and this one is held for longer.
    worker.wait_for_log("not recorded");
    store.execute("ROLLBACK").await;
    let log = worker.wait();
    let [all, delivered, claimed, attempts] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (10, 10, 0, 10), "{log}");
}

/// A worker that only polls every five seconds would need at least twenty seconds for this many.
const RESTOCKS: usize = 5;

async fn a_restock_wakes_a_worker_in_another_process(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let _worker = Program::start_worker(directory.path(), &environment(&database, &url));
    let ada = app.register("ada@example.com").await;
    let store = Bystander::connect(database.url()).await;
    let listens = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                   AND application_name = 'bookstore listener' AND state = 'idle' AND query LIKE 'LISTEN%')";
    store.until(listens).await;
    let start = Instant::now();
    for number in 1..=RESTOCKS {
        let book = app.add_book(0).await;
        ada.place(&book).await;
        app.set_stock(&book, 1).await;
        assert_eq!(recipients(&mails.until_taken(number).await), vec!["ada@example.com"; number]);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?} for {RESTOCKS} restocks", start.elapsed());
}
