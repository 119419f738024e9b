//! The service is told to stop while mails are in hand, and a worker beside it hears of restocks.

use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::tempdir;
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{add_waiters, counts, environment, recipients, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![a_server_finishes_the_mails_in_hand].and(
        tests![
            a_worker_finishes_the_mails_in_hand_and_gives_back_the_rest,
            what_can_not_be_recorded_at_once_is_recorded_before_the_end,
            a_restock_wakes_a_worker_elsewhere,
        ]
        .only_on(Engine::Postgres),
    )
}

const IN_HAND: usize = 10;
const WAITERS: usize = 50;
const STATES: &str = "SELECT count(*), count(delivered_at), count(claimed_until), sum(attempts) FROM deliveries";

async fn a_server_finishes_the_mails_in_hand(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    add_waiters(&database, &book, WAITERS).await;
    mails.at(Step::Content, Verdict::Hold);
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
    mails.until_so_many_are_held(Step::Content, IN_HAND).await;

    program.terminate();
    program.wait_for_log("told to stop");
    let deadline = Instant::now() + Duration::from_secs(20);
    while program.answers() {
        assert!(Instant::now() < deadline, "it serves on");
    }
    mails.carry_on();
    let log = program.wait();

    assert_eq!(mails.mail_count(), IN_HAND);
    let [all, delivered, claimed, attempts] = Bystander::connect(database.url()).await.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (50, 10, 0, 10), "{log}");
}

async fn a_worker_finishes_the_mails_in_hand_and_gives_back_the_rest(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let book = app.add_book(0).await;
    add_waiters(&database, &book, WAITERS).await;
    app.set_stock(&book, 1).await;
    mails.at(Step::Taken, Verdict::Hold);
    let mut worker = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::Taken, IN_HAND).await;
    let store = Bystander::connect(database.url()).await;
    let [all, delivered, claimed, _] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed), (50, 0, 50));

    worker.terminate();
    worker.wait_for_log("told to stop");
    mails.carry_on();
    worker.wait();

    assert_eq!(mails.mail_count(), IN_HAND);
    let [all, delivered, claimed, attempts] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (50, 10, 0, 10));

    // Another one goes on at once.
    let _other = Program::start_worker(directory.path(), &environment(&database, &url));
    until_counted(app.admin().await, &book, &counts(0, WAITERS, 0, 0)).await;
    assert_eq!(mails.mail_count(), WAITERS);
}

/// The mail server has the mail: if the store did not hear of it, there would be a second copy.
async fn what_can_not_be_recorded_at_once_is_recorded_before_the_end(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let book = app.add_book(0).await;
    add_waiters(&database, &book, IN_HAND).await;
    app.set_stock(&book, 1).await;
    mails.at(Step::RcptTo, Verdict::Hold);
    let mut worker = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::RcptTo, IN_HAND).await;
    worker.terminate();
    worker.wait_for_log("told to stop");
    let store = Bystander::connect(database.url()).await;
    store.execute("BEGIN; SELECT FROM deliveries FOR UPDATE").await;
    mails.carry_on();
    mails.until_taken(IN_HAND).await;
    // Nobody gets a lock within a second that is held for longer.
    worker.wait_for_log("not recorded");
    store.execute("ROLLBACK").await;
    let log = worker.wait();
    let [all, delivered, claimed, attempts] = store.numbers(STATES).await;
    assert_eq!((all, delivered, claimed, attempts), (10, 10, 0, 10), "{log}");
}

/// One that only looked every five seconds would need twenty for so many, whenever it began.
const RESTOCKS: usize = 5;

async fn a_restock_wakes_a_worker_elsewhere(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let _worker = Program::start_worker(directory.path(), &environment(&database, &url));
    let ada = app.register("ada@example.com").await;
    let store = Bystander::connect(database.url()).await;
    until_it_listens(&store).await;
    let start = Instant::now();
    for number in 1..=RESTOCKS {
        let book = app.add_book(0).await;
        ada.place(&book).await;
        app.set_stock(&book, 1).await;
        assert_eq!(recipients(&mails.until_taken(number).await), vec!["ada@example.com"; number]);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?} for {RESTOCKS} restocks", start.elapsed());
}

async fn until_it_listens(store: &Bystander) {
    let listens = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND state = 'idle' AND query LIKE 'LISTEN%'";
    let deadline = Instant::now() + Duration::from_secs(20);
    while store.numbers(listens).await == [0] {
        assert!(Instant::now() < deadline, "nobody listens");
    }
}
