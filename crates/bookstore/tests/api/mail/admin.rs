//! What admins can see and do about e-mails.

use serde_json::{Value, json};
use test_support::{Step, Suite, TestDatabase, Verdict, tests};

use super::mailroom::{Mailroom, counts, last_restock, list_deliveries, recipients};
use crate::support::{Answer, Caller, assert_time, changed, execute, ids, invalid, problem};

pub(crate) fn suite() -> Suite {
    tests![
        lists_the_pre_bookings_of_a_book,
        lists_restocks_with_counts,
        filters_deliveries_by_status_and_book,
        retries_a_failed_delivery,
        retries_all_failed_deliveries,
        retries_only_skipped_deliveries_of_deactivated_users,
        rejects_unknown_ids_and_invalid_parameters,
    ]
}

/// Reads all pages of a list, and checks that every page but the last is full.
async fn pages(admin: &Caller, path: &str, limit: usize) -> Vec<Value> {
    let pages = admin.pages(&format!("{path}limit={limit}")).await;
    let (last, full) = pages.split_last().unwrap();
    assert!(full.iter().all(|page| page.len() == limit) && last.len() <= limit, "{pages:?}");
    pages.concat()
}

async fn lists_the_pre_bookings_of_a_book(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let (book, other) = (room.app.add_book(0).await, room.app.add_book(0).await);
    let users = room.app.register_many(3).await;
    users[0].place(&other).await;
    users[0].place(&book).await;
    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, 1, 0, 0)).await;
    room.app.set_stock(&book, 0).await;
    let waiting = users[1].place(&book).await;
    let cancelled = users[2].cancel(&users[2].place(&book).await).await;

    let (admin, path) = (room.app.admin().await, format!("/admin/books/{}/prebooks", book["id"]));
    let all = pages(admin, &format!("{path}?"), 1).await;
    let of = |placed: &Value, name: &str| {
        json!({
            "id": placed["id"], "user_email": name, "status": placed["status"], "created_at": placed["created_at"],
            "notified_at": placed["notified_at"], "cancelled_at": placed["cancelled_at"], "delivery": placed["delivery"],
        })
    };
    let notified = users[0].list().await.remove(0);
    assert_eq!(notified["delivery"]["status"], "delivered");
    let without_user = |mut item: Value| {
        assert!(item.as_object_mut().unwrap().remove("user_id").unwrap().as_i64().unwrap() > 0);
        item
    };
    let found: Vec<_> = all.iter().cloned().map(without_user).collect();
    // The newest first.
    let expected =
        [of(&cancelled, "user2@example.com"), of(&waiting, "user1@example.com"), of(&notified, "user0@example.com")];
    assert_eq!(found, expected);
    let waits = pages(admin, &format!("{path}?status=waiting&"), 500).await;
    assert_eq!(waits, all[1..2]);
    assert_eq!(pages(admin, &format!("{path}?status=notified&"), 500).await, all[2..]);
    assert_eq!(pages(admin, &format!("{path}?status=cancelled&"), 500).await, all[..1]);
}

async fn lists_restocks_with_counts(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    let (book, other) = (room.add_book_with_waiters(12).await, room.app.add_book(0).await);
    room.app.set_stock(&other, 7).await;
    room.mails.at_for(Step::RcptTo, "waiter1@example.com", Verdict::say("550 no"));
    room.mails.at_for(Step::RcptTo, "waiter2@example.com", Verdict::say("450 later"));
    // These are held, so they are still pending when the counts are read.
    let held = (3..=10).map(|number| format!("waiter{number}@example.com"));
    for waiter in held.clone() {
        room.mails.at_for(Step::RcptTo, &waiter, Verdict::Hold);
    }
    let answer = room.app.set_stock(&book, 5).await;
    room.until_counted(&book, &counts(9, 2, 1, 0)).await;
    // The second waiter is deferred even if it was not tried yet.
    for waiter in held {
        room.mails.at_for(Step::RcptTo, &waiter, Verdict::Agree);
    }
    room.until_counted(&book, &counts(1, 10, 1, 0)).await;

    let restock = last_restock(admin, &book).await;
    assert_time(&restock["restocked_at"]);
    let expected = json!({
        "id": restock["id"], "book_id": book["id"], "book_title": "Solaris", "quantity": 5,
        "restocked_at": answer["updated_at"], "notified": 12, "deliveries": counts(1, 10, 1, 0),
    });
    assert_eq!(restock, expected);
    let all = pages(admin, "/admin/restocks?", 1).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[0], restock);
    let nobody = json!({ "book_id": other["id"], "quantity": 7, "notified": 0, "deliveries": counts(0, 0, 0, 0) });
    assert_eq!(all[1], changed(&all[1], &nobody));
    assert_eq!(pages(admin, &format!("/admin/restocks?book_id={}&", other["id"]), 1).await, all[1..]);
    assert_eq!(pages(admin, "/admin/restocks?book_id=4711&", 1).await, [Value::Null; 0]);
}

async fn filters_deliveries_by_status_and_book(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    room.mails.at_for(Step::RcptTo, "waiter1@example.com", Verdict::say("550 no"));
    let books = [room.add_book_with_waiters(4).await, room.add_book_with_waiters(3).await];
    for (book, delivered) in books.iter().zip([3, 2]) {
        room.app.set_stock(book, 1).await;
        room.until_counted(book, &counts(0, delivered, 1, 0)).await;
    }
    let all = pages(admin, "/admin/deliveries?", 2).await;
    assert_eq!(all.len(), 7);
    let newest_first: Vec<_> = all.iter().map(|item| std::cmp::Reverse(item["id"].as_i64().unwrap())).collect();
    assert!(newest_first.is_sorted());
    let one = &all[0];
    let expected = json!({
        "id": one["id"], "pre_booking_id": one["pre_booking_id"], "restock_id": one["restock_id"],
        "book_id": books[1]["id"], "book_title": "Solaris", "user_id": one["user_id"],
        "user_email": "waiter3@example.com", "status": "delivered", "attempt_count": 1, "due_at": null,
        "delivered_at": one["delivered_at"], "reason": null, "created_at": one["created_at"],
    });
    assert_eq!(*one, expected);
    assert!(assert_time(&one["created_at"]) < assert_time(&one["delivered_at"]));
    let found = admin.get(&format!("/admin/deliveries/{}", one["id"])).await.body_of(200);
    assert_eq!(changed(&found, one), found);
    for (query, keeps) in [
        (
            "status=failed".to_owned(),
            Box::new(|item: &Value| item["status"] == "failed") as Box<dyn Fn(&Value) -> bool>,
        ),
        ("status=delivered".to_owned(), Box::new(|item: &Value| item["status"] == "delivered")),
        ("status=skipped".to_owned(), Box::new(|_| false)),
        (format!("book_id={}", books[0]["id"]), Box::new(|item: &Value| item["book_id"] == books[0]["id"])),
        (
            format!("book_id={}&status=failed", books[0]["id"]),
            Box::new(|item: &Value| item["book_id"] == books[0]["id"] && item["status"] == "failed"),
        ),
    ] {
        let expected: Vec<_> = all.iter().filter(|item| keeps(item)).cloned().collect();
        assert_eq!(pages(admin, &format!("/admin/deliveries?{query}&"), 2).await, expected, "{query}");
    }
}

async fn retries_a_failed_delivery(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    let book = room.app.add_book(0).await;
    let placed = room.app.register("ada@example.com").await.place(&book).await;
    room.mails.at(Step::RcptTo, Verdict::say("550 5.1.1 no such user"));
    room.app.set_stock(&book, 1).await;
    let failed = room.until_tried(&placed, 1).await;
    assert_eq!((&failed["status"], &failed["attempt_count"]), (&json!("failed"), &json!(1)));
    room.mails.carry_on();

    let retry = format!("/admin/deliveries/{}/retry", failed["id"]);
    let retried = admin.post(&retry, &Value::Null).await.body_of(200);

    assert_time(&retried["due_at"]);
    let change = json!({ "status": "pending", "attempt_count": 0, "reason": null, "due_at": retried["due_at"] });
    let mut expected = changed(&failed, &change);
    expected.as_object_mut().unwrap().remove("attempts");
    assert_eq!(retried, expected);
    room.wake().await;
    let delivered = room.until_tried(&placed, 2).await;
    assert_eq!((&delivered["status"], &delivered["attempt_count"]), (&json!("delivered"), &json!(1)));
    assert_eq!(delivered["attempts"][0], failed["attempts"][0], "the first attempt is kept");
    admin.post(&retry, &Value::Null).await.is_problem(&problem(409, "DELIVERY_ALREADY_DELIVERED"));
}

async fn retries_all_failed_deliveries(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    let book = room.add_book_with_waiters(5).await;
    room.mails.at(Step::RcptTo, Verdict::say("550 5.1.1 no such user"));
    room.mails.at_for(Step::RcptTo, "waiter1@example.com", Verdict::say("250 ok"));
    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, 1, 4, 0)).await;
    room.mails.carry_on();

    let retried = admin.post("/admin/deliveries/retry?status=failed", &Value::Null).await;
    retried.is(200, &json!({ "retried": 4 }));

    room.wake().await;
    room.until_counted(&book, &counts(0, 5, 0, 0)).await;
    let all = list_deliveries(admin, "").await;
    assert_eq!(all.len(), 5);
    assert!(all.iter().all(|delivery| delivery["attempt_count"] == 1), "{all:?}");
    for status in ["failed", "skipped"] {
        let path = format!("/admin/deliveries/retry?status={status}");
        admin.post(&path, &Value::Null).await.is(200, &json!({ "retried": 0 }));
    }
    assert_eq!(room.mails.mail_count(), 5);
}

async fn retries_only_skipped_deliveries_of_deactivated_users(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    let (book, late) = (room.app.add_book(0).await, room.app.add_book(0).await);
    let ada = room.app.register("ada@example.com").await;
    let of_ada = ada.place(&book).await;
    let account = ada.me().await;
    room.app.deactivate(&account).await;
    room.app.set_stock(&book, 1).await;
    room.until_counted(&book, &counts(0, 0, 0, 1)).await;

    room.mails.at(Step::RcptTo, Verdict::say("450 4.2.0 later"));
    let of_eve = room.app.register("eve@example.com").await.place(&late).await;
    room.app.set_stock(&late, 1).await;
    assert_eq!(room.until_tried(&of_eve, 1).await["status"], "pending");
    // The statement of docs/notifications.md.
    execute(&room.database, "UPDATE deliveries SET status = 'skipped', reason = 'too late' WHERE status = 'pending'")
        .await;
    room.mails.carry_on();
    admin.patch(&format!("/admin/users/{}/reactivate", account["id"]), &Value::Null).await.body_of(200);

    admin.post("/admin/deliveries/retry?status=skipped", &Value::Null).await.is(200, &json!({ "retried": 1 }));

    room.wake().await;
    assert_eq!(room.until_tried(&of_ada, 1).await["status"], "delivered");
    assert_eq!(recipients(&room.until_all_is_sent().await), ["ada@example.com"]);
    let left = room.delivery_of(&of_eve).await;
    assert_eq!((&left["status"], &left["reason"]), (&json!("skipped"), &json!("too late")));
}

async fn rejects_unknown_ids_and_invalid_parameters(database: TestDatabase) {
    let room = Mailroom::open(database).await;
    let admin = room.app.admin().await;
    let post = async |path: &str| -> Answer { admin.post(path, &Value::Null).await };
    let get = async |path: &str| -> Answer { admin.get(path).await };
    let not_found = problem(404, "DELIVERY_NOT_FOUND");
    get("/admin/deliveries/4711").await.is_problem(&not_found);
    post("/admin/deliveries/4711/retry").await.is_problem(&not_found);
    get("/admin/books/4711/prebooks").await.is_problem(&problem(404, "BOOK_NOT_FOUND"));
    for status in ["", "?status=pending", "?status=delivered", "?status=lost"] {
        post(&format!("/admin/deliveries/retry{status}")).await.is_problem(&invalid(&["status"]));
    }
    let wrong = "status=lost&book_id=0&limit=501";
    get(&format!("/admin/deliveries?{wrong}")).await.is_problem(&invalid(&["status", "book_id", "limit"]));
    get("/admin/restocks?book_id=x&limit=101").await.is_problem(&invalid(&["book_id", "limit"]));
    let book = room.app.add_book(0).await;
    let path = format!("/admin/books/{}/prebooks", book["id"]);
    get(&format!("{path}?status=lost&limit=0")).await.is_problem(&invalid(&["status", "limit"]));
    assert_eq!(ids(&get(&path).await.body_of(200)["items"]), [0; 0]);
    let ada = room.app.register("ada@example.com").await;
    for path in ["/admin/deliveries", "/admin/deliveries/1", "/admin/restocks", &path] {
        ada.get(path).await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    }
    for path in ["/admin/deliveries/retry?status=failed", "/admin/deliveries/1/retry"] {
        ada.post(path, &Value::Null).await.is_problem(&problem(403, "AUTH_FORBIDDEN"));
    }
}
