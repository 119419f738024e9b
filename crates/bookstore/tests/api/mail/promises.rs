//! Who gets an e-mail, and who does not.

use serde_json::{Value, json};
use test_support::{Engine, Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{Mailroom, counts, distinct, last_restock, recipients};
use crate::support::{assert_time, execute, problem, sorted, text};

pub(crate) fn suite() -> Suite {
    tests![
        everyone_who_waits_gets_one_mail,
        other_stock_changes_send_no_mail,
        a_cancelled_pre_booking_gets_no_mail,
        skips_users_who_cancelled_or_were_deactivated_meanwhile,
        each_restock_sends_its_own_mail,
        a_failed_restock_sends_no_mail,
        an_invalid_address_does_not_stop_others,
    ]
}

async fn everyone_who_waits_gets_one_mail(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.app.add_book(0).await;
    let users = room.app.register_many(4).await;
    for user in &users {
        user.place(&book).await;
    }
    assert_eq!(users[0].list().await[0]["delivery"], Value::Null);

    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 4, 0, 0)).await;

    let mails = room.until_all_is_sent().await;
    let everyone: Vec<_> = (0..4).map(|number| format!("user{number}@example.com")).collect();
    assert_eq!(sorted(recipients(&mails)), everyone);
    assert_eq!(distinct(&mails), 4);
    let link = format!("{}/books/{}", room.app.url, book["id"]);
    for (user, mail) in users.iter().zip(&mails) {
        assert!(mail.content.contains(&link), "{link} is not in {}", mail.content);
        let placed = &user.list().await[0];
        assert_eq!(placed["status"], "notified");
        assert_eq!(
            placed["delivery"],
            json!({ "status": "delivered", "delivered_at": placed["delivery"]["delivered_at"] })
        );
        assert!(assert_time(&placed["delivery"]["delivered_at"]) > text(&placed["notified_at"]), "{placed}");
        assert_eq!(user.find(placed).await, *placed);
    }
}

async fn other_stock_changes_send_no_mail(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.add_book_with_waiters(2).await;
    room.app.set_stock(&book, 0).await;
    assert_eq!(recipients(&room.until_all_is_sent().await), [""; 0]);
    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 2, 0, 0)).await;
    let restock = last_restock(room.app.admin().await, &book).await;
    for quantity in [10, 5, 5, 0, 0] {
        room.app.set_stock(&book, quantity).await;
    }
    // Two for the waiters, and one for each earlier call of `until_all_is_sent`.
    assert_eq!(room.until_all_is_sent().await.len(), 3);
    assert_eq!(last_restock(room.app.admin().await, &book).await, restock);
}

async fn a_cancelled_pre_booking_gets_no_mail(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.app.add_book(0).await;
    let (ada, eve) = (room.app.register("ada@example.com").await, room.app.register("eve@example.com").await);
    let cancelled = ada.cancel(&ada.place(&book).await).await;
    eve.place(&book).await;
    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, 1, 0, 0)).await;
    assert_eq!(recipients(&room.until_all_is_sent().await), ["eve@example.com"]);
    assert_eq!(ada.find(&cancelled).await, cancelled);
    assert_eq!(cancelled["delivery"], Value::Null);
}

/// How many e-mails are in progress at once.
const IN_PROGRESS: usize = 10;

async fn skips_users_who_cancelled_or_were_deactivated_meanwhile(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    // Their e-mails are held, and no other starts before one of them ends.
    let book = room.add_book_with_waiters(IN_PROGRESS).await;
    room.mails.at(Step::RcptTo, Verdict::Hold);
    let [ada, eve, bob] = ["ada@example.com", "eve@example.com", "bob@example.com"];
    let (ada, eve, bob) = (room.app.register(ada).await, room.app.register(eve).await, room.app.register(bob).await);
    let (of_ada, of_eve, of_bob) = (ada.place(&book).await, eve.place(&book).await, bob.place(&book).await);
    room.app.set_stock(&book, 1).await;
    room.mails.until_so_many_are_held(Step::RcptTo, IN_PROGRESS).await;

    ada.try_to_cancel(&of_ada).await.has_no_content();
    room.app.deactivate(&eve.me().await).await;
    room.mails.carry_on();
    room.until_counted(&book, &counts(0, IN_PROGRESS + 1, 0, 2)).await;

    let mails = room.mails.mails();
    assert_eq!(mails.len(), IN_PROGRESS + 1);
    assert!(recipients(&mails).contains(&"bob@example.com"));
    for (placed, reason) in [(&of_ada, "the pre-booking was cancelled"), (&of_eve, "the account is deactivated")] {
        let delivery = room.delivery_of(placed).await;
        assert_eq!((&delivery["status"], &delivery["reason"]), (&json!("skipped"), &json!(reason)));
        assert_eq!((&delivery["attempts"], &delivery["attempt_count"]), (&json!([]), &json!(0)));
    }
    assert_eq!(ada.find(&of_ada).await["delivery"], json!({ "status": "skipped", "delivered_at": null }));
    assert_eq!(bob.find(&of_bob).await["delivery"]["status"], "delivered");
}

async fn each_restock_sends_its_own_mail(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.app.add_book(0).await;
    let ada = room.app.register("ada@example.com").await;
    for _ in 0..2 {
        ada.place(&book).await;
        room.app.set_stock(&book, 1).await;
        room.until_counted(&book, &counts(0, 1, 0, 0)).await;
        room.app.set_stock(&book, 0).await;
    }
    let mails = room.until_all_is_sent().await;
    assert_eq!((recipients(&mails), distinct(&mails)), (vec!["ada@example.com"; 2], 2));
}

async fn a_failed_restock_sends_no_mail(database: TestDatabase) {
    let room = Mailroom::open(database.clone()).await;
    let book = room.add_book_with_waiters(2).await;
    let (fail, mend) = match database.engine() {
        Engine::Sqlite => (
            "CREATE TRIGGER fail AFTER INSERT ON restocks BEGIN SELECT RAISE(ABORT, 'as asked for'); END",
            "DROP TRIGGER fail",
        ),
        // At the commit, after all statements.
        Engine::Postgres => (
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'as asked for'; END $$; \
             CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON restocks DEFERRABLE INITIALLY DEFERRED \
             FOR EACH ROW EXECUTE FUNCTION fail()",
            "DROP TRIGGER fail ON restocks",
        ),
    };
    execute(&database, fail).await;
    let path = format!("/books/{}/stock", book["id"]);
    let answer = room.app.admin().await.patch(&path, &json!({ "quantity": 5 })).await;
    answer.is_problem(&problem(500, "INTERNAL_ERROR"));
    execute(&database, mend).await;

    assert_eq!(recipients(&room.until_all_is_sent().await), [""; 0]);
    assert_eq!(last_restock(room.app.admin().await, &book).await, Value::Null);
    room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(0, 2, 0, 0)).await;
    assert_eq!(room.mails.mail_count(), 3);
}

async fn an_invalid_address_does_not_stop_others(database: TestDatabase) {
    let room = Mailroom::open(database.clone()).await;
    let book = room.add_book_with_waiters(21).await;
    let poison = "UPDATE users SET email = 'nobody' || char_of_nobody WHERE email = 'waiter3@example.com'";
    let line_end = match database.engine() {
        Engine::Sqlite => "char(13, 10)",
        Engine::Postgres => "chr(13) || chr(10)",
    };
    execute(&database, &poison.replace("char_of_nobody", line_end)).await;

    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, 20, 1, 0)).await;

    let mails = room.until_all_is_sent().await;
    assert_eq!((mails.len(), distinct(&mails)), (20, 20));
    let failed = super::mailroom::list_deliveries(room.app.admin().await, "status=failed").await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["user_email"], "nobody\r\n");
    assert_eq!(failed[0]["reason"], "e-mail can't be sent to this address");
}
