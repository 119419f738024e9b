//! The replies of the mail server, and what they do to a delivery.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use test_support::{Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{Mailroom, counts, distinct};
use crate::support::{assert_time, text};

pub(crate) fn suite() -> Suite {
    tests![a_reply_affects_its_own_mail_only, retries_a_deferred_mail, fails_after_the_last_attempt]
}

/// A pre-booking of a new user.
async fn placed_by(room: &Mailroom, name: &str, book: &Value) -> Value {
    room.app.register(&format!("{name}@example.com")).await.place(book).await
}

async fn a_reply_affects_its_own_mail_only(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.app.add_book(0).await;
    let cases = [
        ("refused", Step::RcptTo, Verdict::say("550 5.1.1 no such user")),
        ("spam", Step::Content, Verdict::say("554 5.7.1 spam")),
        ("deferred", Step::RcptTo, Verdict::say("450 4.2.0 greylisted")),
        ("full", Step::Content, Verdict::say("452 4.3.1 disk full")),
        ("dropped", Step::Data, Verdict::HangUp),
        ("lost", Step::Content, Verdict::HangUp),
    ];
    for (name, step, verdict) in cases.clone() {
        room.mails.at_for(step, &format!("{name}@example.com"), verdict);
    }
    let mut placed = Vec::new();
    for (name, ..) in &cases {
        placed.push(placed_by(&room, name, &book).await);
    }
    let fine = placed_by(&room, "fine", &book).await;
    room.app.set_stock(&book, 1).await;

    for ((name, _, verdict), placed) in cases.iter().zip(&placed) {
        let delivery = room.until_tried(placed, 1).await;
        let attempt = &delivery["attempts"][0];
        assert_time(&attempt["attempted_at"]);
        let is_refused = ["refused", "spam"].contains(name);
        assert_eq!(attempt["outcome"], if is_refused { "refused" } else { "deferred" }, "{name}: {delivery}");
        assert_eq!(delivery["status"], if is_refused { "failed" } else { "pending" }, "{name}: {delivery}");
        assert_eq!(delivery["reason"], attempt["answer"], "{name}");
        if let Verdict::Say(answer) = verdict {
            assert!(text(&attempt["answer"]).contains(&answer[4..]), "{name}: {delivery}");
        }
        assert_eq!((&delivery["attempt_count"], &delivery["delivered_at"]), (&json!(1), &Value::Null), "{name}");
        if is_refused {
            assert_eq!(delivery["due_at"], Value::Null);
        } else {
            // A minute, minus up to a half at random.
            let due_at: DateTime<Utc> = assert_time(&delivery["due_at"]).parse().unwrap();
            let attempted_at: DateTime<Utc> = text(&attempt["attempted_at"]).parse().unwrap();
            let rest = due_at - attempted_at;
            assert!(Duration::seconds(30) <= rest && rest <= Duration::seconds(60), "{name}: {rest}");
        }
    }
    let delivery = room.until_tried(&fine, 1).await;
    assert_eq!((&delivery["status"], &delivery["reason"]), (&json!("delivered"), &Value::Null));
    let attempt = json!({
        "attempted_at": delivery["delivered_at"], "outcome": "accepted", "answer": "250 2.0.0 taken",
    });
    assert_eq!(delivery["attempts"], json!([attempt]));
    room.until_counted(&book, &counts(4, 1, 2, 0)).await;
    assert_eq!(room.mails.mail_count(), 1);
}

async fn retries_a_deferred_mail(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let book = room.app.add_book(0).await;
    let placed = placed_by(&room, "ada", &book).await;
    // It has the e-mail but its reply is lost, so a second copy follows with the same message id.
    room.mails.at(Step::Taken, Verdict::HangUp);
    room.app.set_stock(&book, 1).await;
    room.until_tried(&placed, 1).await;
    room.mails.carry_on();
    room.make_all_due().await;
    let delivery = room.until_tried(&placed, 2).await;
    assert_eq!((&delivery["status"], &delivery["attempt_count"]), (&json!("delivered"), &json!(2)));
    assert_eq!(delivery["reason"], Value::Null);
    let outcomes = [&delivery["attempts"][0]["outcome"], &delivery["attempts"][1]["outcome"]];
    assert_eq!(outcomes, ["deferred", "accepted"]);
    let mails = room.mails.mails();
    assert_eq!((mails.len(), distinct(&mails)), (2, 1));
}

async fn fails_after_the_last_attempt(database: TestDatabase) {
    let room = Mailroom::open_with(database, &["--mail-max-attempts", "2"]).await;
    let book = room.app.add_book(0).await;
    let placed = placed_by(&room, "ada", &book).await;
    room.mails.at(Step::RcptTo, Verdict::say("450 4.2.0 greylisted"));
    room.app.set_stock(&book, 1).await;
    assert_eq!(room.until_tried(&placed, 1).await["status"], "pending");
    room.make_all_due().await;
    let delivery = room.until_tried(&placed, 2).await;
    assert_eq!((&delivery["status"], &delivery["attempt_count"]), (&json!("failed"), &json!(2)));
    assert!(text(&delivery["reason"]).contains("greylisted"), "{delivery}");
    assert_eq!(delivery["attempts"][1]["outcome"], "deferred");
    // It is not tried again.
    room.mails.carry_on();
    assert_eq!(room.until_all_is_sent().await, []);
}
