//! The mail server takes nothing at all for a while.

use serde_json::json;
use tempfile::tempdir;
use test_support::{MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{add_waiters, counts, distinct, environment, list_deliveries, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Program};

pub(crate) fn suite() -> Suite {
    tests![
        a_wrong_password_costs_no_attempt,
        mails_wait_for_a_mail_server_that_is_down,
        a_sender_that_is_refused_costs_no_attempt
    ]
}

const WAITERS: usize = 15;
const IN_TROUBLE: &str = "the mail server is in trouble";

/// Holds that whoever waits for the book has a delivery that was never tried.
async fn nothing_was_tried(program: &Program, book: &serde_json::Value) {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    until_counted(&admin, book, &counts(WAITERS, 0, 0, 0)).await;
    let deliveries = list_deliveries(&admin, "").await;
    assert_eq!(deliveries.len(), WAITERS);
    for delivery in deliveries {
        let fields = (&delivery["status"], &delivery["attempt_count"], &delivery["reason"]);
        assert_eq!(fields, (&json!("pending"), &json!(0), &json!(null)));
        let one = admin.get(&format!("/admin/deliveries/{}", delivery["id"])).await.body_of(200);
        assert_eq!(one["attempts"], json!([]));
    }
}

/// Holds that each has exactly one mail, at the first attempt.
async fn everything_arrives(program: &Program, book: &serde_json::Value, mails: &MailServer) {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    until_counted(&admin, book, &counts(0, WAITERS, 0, 0)).await;
    let taken = mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (WAITERS, WAITERS));
    assert!(list_deliveries(&admin, "").await.iter().all(|delivery| delivery["attempt_count"] == 1));
}

async fn restock(program: &Program, database: &TestDatabase) -> serde_json::Value {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    add_waiters(database, &book, WAITERS).await;
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
    book
}

async fn a_wrong_password_costs_no_attempt(database: TestDatabase) {
    let mails = MailServer::start_with_password("shop", "the right one").unwrap();
    let directory = tempdir().unwrap();
    let url = mails.url_for("shop", "a%20mistyped%20one");
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let book = restock(&program, &database).await;
    program.wait_for_log(IN_TROUBLE);
    nothing_was_tried(&program, &book).await;
    program.terminate();
    let log = program.wait();
    assert!(log.contains("535") && log.contains(" WARN "), "{log}");
    assert!(!log.contains("mistyped"), "{log}");
    assert_eq!(mails.mail_count(), 0);

    let url = mails.url_for("shop", "the%20right%20one");
    let program = Program::start(directory.path(), &environment(&database, &url));
    everything_arrives(&program, &book, &mails).await;
}

async fn mails_wait_for_a_mail_server_that_is_down(database: TestDatabase) {
    let mut mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    mails.stop().await.unwrap();
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let book = restock(&program, &database).await;
    program.wait_for_log(IN_TROUBLE);
    nothing_was_tried(&program, &book).await;
    mails.start_again().unwrap();
    everything_arrives(&program, &book, &mails).await;
}

async fn a_sender_that_is_refused_costs_no_attempt(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    mails.at(Step::MailFrom, Verdict::say("550 5.7.1 not from you"));
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let book = restock(&program, &database).await;
    program.wait_for_log("not from you");
    nothing_was_tried(&program, &book).await;
    mails.carry_on();
    everything_arrives(&program, &book, &mails).await;
}
