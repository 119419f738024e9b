//! The service is killed during a conversation with the mail server, and continues later. Everyone gets an e-mail. A second copy
//! is sent only if the mail server accepted the first and that was not recorded.

use serde_json::json;
use tempfile::tempdir;
use test_support::{Engine, Mail, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{add_waiters, counts, distinct, environment, restock, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, TestApp, execute};

pub(crate) fn suite() -> Suite {
    tests![a_killed_server_continues_after_a_restart].and(
        tests![another_worker_takes_over, a_worker_does_not_settle_after_its_claim_ended].only_on(Engine::Postgres),
    )
}

pub(super) const WAITERS: usize = 3;

/// Where it is killed, with all e-mails in progress, and how many second copies follow.
const POINTS: [(Step, usize); 7] = [
    (Step::Greeting, 0),
    (Step::Hello, 0),
    (Step::MailFrom, 0),
    (Step::RcptTo, 0),
    (Step::Data, 0),
    (Step::Content, 0),
    (Step::Taken, WAITERS),
];

/// Ends all claims now. Those of a killed worker end by themselves after some minutes.
pub(super) async fn end_all_claims(database: &TestDatabase) {
    execute(database, "UPDATE deliveries SET claimed_until = created_at WHERE claimed_until IS NOT NULL").await;
}

/// Checks that these are one e-mail for each waiter, and this many second copies.
pub(super) fn assert_mails_and_copies(mails: &[Mail], copies: usize, point: &str) {
    assert_eq!((distinct(mails), mails.len()), (WAITERS, WAITERS + copies), "killed at {point}");
    for mail in mails {
        let same = mails.iter().filter(|other| other.message_id == mail.message_id);
        assert!(same.clone().all(|other| other.to == mail.to), "killed at {point}: two users share a message id");
    }
}

async fn another_worker_takes_over(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    for (step, copies) in POINTS {
        let before = mails.mail_count();
        let book = restock(&database, &app, WAITERS).await;
        mails.at(step, Verdict::Hold);
        let mut worker = Program::start_worker(directory.path(), &environment(&database, &url));
        mails.until_so_many_are_held(step, WAITERS).await;
        worker.stop();
        mails.until_nobody_is_connected().await;
        mails.carry_on();
        until_counted(app.admin().await, &book, &counts(WAITERS, 0, 0, 0)).await;

        end_all_claims(&database).await;
        let other = Program::start_worker(directory.path(), &environment(&database, &url));
        until_counted(app.admin().await, &book, &counts(0, WAITERS, 0, 0)).await;
        other.terminate();
        other.wait();
        assert_mails_and_copies(&mails.mails()[before..], copies, &format!("{step:?}"));
    }
}

async fn a_killed_server_continues_after_a_restart(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    for (step, copies) in POINTS.into_iter().skip(3) {
        let before = mails.mail_count();
        let admin = admin.at(&program.url);
        let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
        add_waiters(&database, &book, WAITERS).await;
        mails.at(step, Verdict::Hold);
        admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
        mails.until_so_many_are_held(step, WAITERS).await;
        program.stop();
        mails.until_nobody_is_connected().await;
        mails.carry_on();

        end_all_claims(&database).await;
        program = Program::start(directory.path(), &environment(&database, &url));
        until_counted(&admin.at(&program.url), &book, &counts(0, WAITERS, 0, 0)).await;
        assert_mails_and_copies(&mails.mails()[before..], copies, &format!("{step:?}"));
    }
}

/// A worker whose claim ended while it was sending has caused a second copy, and must not record its reply.
async fn a_worker_does_not_settle_after_its_claim_ended(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let book = restock(&database, &app, WAITERS).await;
    mails.at(Step::Content, Verdict::Hold);
    let mut slow = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::Content, WAITERS).await;
    end_all_claims(&database).await;
    mails.at(Step::RcptTo, Verdict::Hold);
    let other = Program::start_worker(directory.path(), &environment(&database, &url));
    mails.until_so_many_are_held(Step::RcptTo, WAITERS).await;

    mails.at(Step::Content, Verdict::Agree);
    mails.until_taken(WAITERS).await;
    slow.wait_for_log("the claim expired too early");
    until_counted(app.admin().await, &book, &counts(WAITERS, 0, 0, 0)).await;
    mails.carry_on();
    assert_mails_and_copies(&mails.until_taken(2 * WAITERS).await, WAITERS, "no point");
    until_counted(app.admin().await, &book, &counts(0, WAITERS, 0, 0)).await;
    for worker in [slow, other] {
        worker.terminate();
        worker.wait();
    }
    let attempts = Bystander::connect(database.url()).await.numbers("SELECT count(*) FROM delivery_attempts").await;
    assert_eq!(attempts, [3]);
}
