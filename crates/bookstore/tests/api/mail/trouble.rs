//! The mail server accepts nothing for a while.

use serde_json::json;
use tempfile::tempdir;
use test_support::{MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{Mailroom, add_waiters, counts, distinct, environment, list_deliveries, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Program, execute};

pub(crate) fn suite() -> Suite {
    tests![
        a_wrong_password_costs_no_attempt,
        mails_wait_until_the_mail_server_is_up,
        a_refused_sender_costs_no_attempt,
        addresses_that_need_smtputf8_do_not_stop_others,
    ]
}

pub(super) const WAITERS: usize = 15;
pub(super) const IN_TROUBLE: &str = "the mail server is in trouble";

/// Checks that everyone who waited for the book has a delivery that was never tried.
pub(super) async fn assert_nothing_was_tried(program: &Program, book: &serde_json::Value) {
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

/// Checks that everyone got exactly one e-mail, at the first attempt.
pub(super) async fn assert_everything_arrives(program: &Program, book: &serde_json::Value, mails: &MailServer) {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    until_counted(&admin, book, &counts(0, WAITERS, 0, 0)).await;
    let taken = mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (WAITERS, WAITERS));
    let deliveries = list_deliveries(&admin, "").await;
    assert_eq!(deliveries.len(), WAITERS);
    assert!(deliveries.iter().all(|delivery| delivery["attempt_count"] == 1), "{deliveries:?}");
}

pub(super) async fn restock(program: &Program, database: &TestDatabase) -> serde_json::Value {
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
    assert_nothing_was_tried(&program, &book).await;
    program.terminate();
    let log = program.wait();
    assert!(log.contains("535") && log.contains(" WARN "), "{log}");
    assert!(!log.contains("mistyped"), "{log}");
    assert_eq!(mails.mail_count(), 0);

    let url = mails.url_for("shop", "the%20right%20one");
    let program = Program::start(directory.path(), &environment(&database, &url));
    assert_everything_arrives(&program, &book, &mails).await;
}

async fn mails_wait_until_the_mail_server_is_up(database: TestDatabase) {
    let mut mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    mails.stop().await.unwrap();
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let book = restock(&program, &database).await;
    program.wait_for_log(IN_TROUBLE);
    assert_nothing_was_tried(&program, &book).await;
    mails.start_again().unwrap();
    assert_everything_arrives(&program, &book, &mails).await;
}

async fn a_refused_sender_costs_no_attempt(database: TestDatabase) {
    let mails = MailServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    mails.at(Step::MailFrom, Verdict::say("550 5.7.1 not from you"));
    let mut program = Program::start(directory.path(), &environment(&database, &url));
    let book = restock(&program, &database).await;
    program.wait_for_log("not from you");
    assert_nothing_was_tried(&program, &book).await;
    mails.carry_on();
    assert_everything_arrives(&program, &book, &mails).await;
}

/// How many e-mails the mail server refuses at MAIL FROM because of SMTPUTF8. They are due first, and more than fit in progress
/// at once.
const ODD: usize = 12;
const GOOD: usize = 200;

async fn addresses_that_need_smtputf8_do_not_stop_others(database: TestDatabase) {
    let room = Mailroom::open_with(database, &["--mail-max-per-second", "100000"]).await;
    let book = room.add_book_with_waiters(ODD + GOOD).await;
    let odd = format!(
        "UPDATE users SET email = 'ädä' || id || '@example.com' WHERE id IN \
         (SELECT user_id FROM pre_bookings WHERE book_id = {} ORDER BY id LIMIT {ODD})",
        book["id"]
    );
    execute(&room.database, &odd).await;
    room.mails.at(Step::MailFromUtf8, Verdict::say("550 5.6.7 no SMTPUTF8 for you"));

    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, GOOD, ODD, 0)).await;

    let taken = room.mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (GOOD, GOOD));
    let all_failed = list_deliveries(room.app.admin().await, "status=failed").await;
    assert_eq!(all_failed.len(), ODD);
    for failed in all_failed {
        assert_eq!(failed["attempt_count"], 1, "{failed}");
        assert!(failed["reason"].as_str().unwrap().contains("no SMTPUTF8 for you"), "{failed}");
    }
}
