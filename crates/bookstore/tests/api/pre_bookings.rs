//! The tests that the requirements PRBK-01 to PRBK-06 ask for by name.

use chrono::DateTime;
use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, TestApp, assert_time, changed, notified, problem};

pub(crate) fn suite() -> Suite {
    tests![
        create_prebook_success,
        create_prebook_in_stock_rejected,
        create_prebook_duplicate_rejected,
        create_prebook_nonexistent_book,
        create_prebook_unauthenticated,
        list_prebooks_empty,
        list_prebooks_with_items,
        list_prebooks_user_isolation,
        list_prebooks_shows_all_statuses,
        cancel_prebook_success,
        cancel_prebook_already_cancelled,
        cancel_prebook_not_found,
        cancel_prebook_other_user,
        rebook_after_cancel,
        restock_notifies_waiting_prebooks,
        restock_already_in_stock_no_notification,
        restock_does_not_notify_cancelled,
        restock_zero_to_zero_no_notification,
    ]
}

async fn create_prebook_success(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;

    let answer = ada.try_to_place(&book).await;
    let date = answer.header("date").map(|date| DateTime::parse_from_rfc2822(date).unwrap()).unwrap();
    let location = answer.header("location").unwrap().to_owned();
    let placed = answer.body_of(201);

    assert!(placed["id"].as_i64().unwrap() > 0);
    let expected = json!({
        "id": placed["id"], "book_id": book["id"], "book_title": "Solaris", "book_author": "Stanisław Lem",
        "status": "waiting", "created_at": placed["created_at"], "notified_at": null, "cancelled_at": null,
        "delivery": null,
    });
    assert_eq!(placed, expected);
    let created_at = DateTime::parse_from_rfc3339(assert_time(&placed["created_at"])).unwrap();
    assert!((date - created_at).abs() < chrono::Duration::seconds(5), "{created_at}, but it is {date}");
    assert_eq!(location, format!("/prebooks/{}", placed["id"]));
    ada.get(&location).await.is(200, &placed);
}

async fn create_prebook_in_stock_rejected(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(1).await;

    let in_stock = problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id");
    ada.try_to_place(&book).await.is_problem(&in_stock.saying("Book is in stock — add to cart instead"));
    assert_eq!(ada.list().await, [Value::Null; 0]);
}

async fn create_prebook_duplicate_rejected(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let (book, other_book) = (app.add_book(0).await, app.add_book(0).await);
    let placed = ada.place(&book).await;

    let duplicate = ada.try_to_place(&book).await;
    duplicate.is_problem(&problem(409, "PREBOOK_DUPLICATE").of("book_id"));
    // After a lost response, this tells what became of the first request.
    ada.get(duplicate.header("location").unwrap()).await.is(200, &placed);

    let other_placed = ada.place(&other_book).await;
    app.register("eve@example.com").await.place(&book).await;
    assert_eq!(ada.list().await, [other_placed, placed]);
}

async fn create_prebook_nonexistent_book(database: TestDatabase) {
    let (_app, ada) = start(&database).await;
    for id in [1, 4711, i64::MAX] {
        ada.try_to_place(&json!({ "id": id })).await.is_problem(&problem(404, "BOOK_NOT_FOUND").of("book_id"));
    }
}

async fn create_prebook_unauthenticated(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    app.anyone.try_to_place(&book).await.is_problem(&problem(401, "AUTH_TOKEN_MISSING"));
}

async fn list_prebooks_empty(database: TestDatabase) {
    let (_app, ada) = start(&database).await;
    ada.get("/prebooks").await.is(200, &json!({ "items": [], "next_cursor": null }));
}

async fn list_prebooks_with_items(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let mut placed = Vec::new();
    for title in ["Solaris", "Eden", "Fiasko"] {
        let book = app.add(&json!({ "title": title, "author": format!("Author of {title}"), "price": 1 })).await;
        let pre_booking = ada.place(&book).await;
        assert_eq!(pre_booking["book_title"], title);
        assert_eq!(pre_booking["book_author"], format!("Author of {title}"));
        placed.insert(0, pre_booking);
    }
    ada.get("/prebooks").await.is(200, &json!({ "items": placed, "next_cursor": null }));
}

async fn list_prebooks_user_isolation(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let eve = app.register("eve@example.com").await;
    let (book, other_book) = (app.add_book(0).await, app.add_book(0).await);
    let of_ada = ada.place(&book).await;
    let of_eve = [eve.place(&book).await, eve.place(&other_book).await];

    assert_eq!(ada.list().await, std::slice::from_ref(&of_ada));
    assert_eq!(eve.list().await, [of_eve[1].clone(), of_eve[0].clone()]);
    assert_eq!(app.admin().await.list().await, [Value::Null; 0]);
    let path = format!("/prebooks/{}", of_ada["id"]);
    for other in [&eve, app.admin().await] {
        other.get(&path).await.is_problem(&problem(404, "PREBOOK_NOT_FOUND"));
    }
}

async fn list_prebooks_shows_all_statuses(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let books = [app.add_book(0).await, app.add_book(0).await, app.add_book(0).await];
    let waiting = ada.place(&books[0]).await;
    let to_notify = ada.place(&books[1]).await;
    let to_cancel = ada.place(&books[2]).await;
    app.set_stock(&books[1], 1).await;
    let cancelled = ada.cancel(&to_cancel).await;
    let notified = ada.find(&to_notify).await;

    assert_eq!(notified["status"], "notified");
    assert_eq!(ada.list().await, [cancelled.clone(), notified.clone(), waiting.clone()]);
    for (status, expected) in [("waiting", waiting), ("notified", notified), ("cancelled", cancelled)] {
        let page = json!({ "items": [expected], "next_cursor": null });
        ada.get(&format!("/prebooks?status={status}")).await.is(200, &page);
    }
}

async fn cancel_prebook_success(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = ada.place(&app.add_book(0).await).await;

    // `cancel` checks that the response is empty, and that the pre-booking still exists.
    let cancelled = ada.cancel(&placed).await;

    assert!(assert_time(&cancelled["cancelled_at"]) >= assert_time(&placed["created_at"]));
    assert_eq!(ada.list().await, [cancelled]);
}

async fn cancel_prebook_already_cancelled(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let cancelled = ada.cancel(&ada.place(&app.add_book(0).await).await).await;

    ada.try_to_cancel(&cancelled).await.is_problem(&problem(409, "PREBOOK_ALREADY_CANCELLED"));
    assert_eq!(ada.find(&cancelled).await, cancelled, "the first cancel counts");
}

async fn cancel_prebook_not_found(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = ada.place(&app.add_book(0).await).await;

    for id in ["4711", "0", "-1", "9223372036854775807", "9223372036854775808", "x", "1.0", "+1", "%00"] {
        ada.delete(&format!("/prebooks/{id}")).await.is_problem(&problem(404, "PREBOOK_NOT_FOUND"));
    }
    assert_eq!(ada.list().await, [placed]);
}

async fn cancel_prebook_other_user(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let eve = app.register("eve@example.com").await;
    let placed = ada.place(&app.add_book(0).await).await;

    for other in [&eve, app.admin().await] {
        other.try_to_cancel(&placed).await.is_problem(&problem(404, "PREBOOK_NOT_FOUND"));
    }
    assert_eq!(ada.find(&placed).await, placed);

    // Another user does not learn that it is cancelled.
    ada.cancel(&placed).await;
    eve.try_to_cancel(&placed).await.is_problem(&problem(404, "PREBOOK_NOT_FOUND"));
}

async fn rebook_after_cancel(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let first = ada.cancel(&ada.place(&book).await).await;

    let second = ada.place(&book).await;

    assert_ne!(first["id"], second["id"]);
    assert_eq!((&second["status"], &second["cancelled_at"]), (&json!("waiting"), &Value::Null));
    assert_eq!(ada.list().await, [second, first]);
    ada.try_to_place(&book).await.is_problem(&problem(409, "PREBOOK_DUPLICATE").of("book_id"));
}

async fn restock_notifies_waiting_prebooks(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let (book, other_book) = (app.add_book(0).await, app.add_book(0).await);
    let users = [ada.clone(), app.register("eve@example.com").await, app.register("bob@example.com").await];
    let mut waiting = Vec::new();
    for user in &users {
        waiting.push(user.place(&book).await);
    }
    let elsewhere = ada.place(&other_book).await;

    let restocked = app.set_stock(&book, 2).await;

    let updated_at = assert_time(&restocked["updated_at"]);
    let change = json!({ "stock_quantity": 2, "in_stock": true, "updated_at": updated_at, "restocked": true });
    assert_eq!(restocked, changed(&book, &change));
    // All of them, even with fewer copies than users, and at the same time.
    let updated_at = json!(updated_at);
    for (user, waiting) in users.iter().zip(&waiting) {
        assert!(assert_time(&waiting["created_at"]) <= assert_time(&updated_at));
        assert_eq!(user.find(waiting).await, notified(waiting, &updated_at));
    }
    assert_eq!(ada.list().await, [elsewhere, notified(&waiting[0], &updated_at)]);
}

async fn restock_already_in_stock_no_notification(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    ada.place(&book).await;
    assert_eq!(app.set_stock(&book, 5).await["restocked"], true);
    let notified = ada.list().await;

    for quantity in [10, 10, 1] {
        assert_eq!(app.set_stock(&book, quantity).await["restocked"], false);
        assert_eq!(ada.list().await, notified, "it is notified at most once");
    }

    // A pre-booking after it was sold out waits for the next restock.
    assert_eq!(app.set_stock(&book, 0).await["restocked"], false);
    let second = ada.place(&book).await;
    assert_eq!(second["status"], "waiting");
    assert_eq!(ada.list().await, [second, notified[0].clone()]);
}

async fn restock_does_not_notify_cancelled(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let cancelled = ada.cancel(&ada.place(&book).await).await;
    let waiting = ada.place(&book).await;

    let restocked = app.set_stock(&book, 3).await;

    assert_eq!(restocked["restocked"], true);
    assert_eq!(ada.list().await, [notified(&waiting, &restocked["updated_at"]), cancelled]);
}

async fn restock_zero_to_zero_no_notification(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let waiting = ada.place(&book).await;

    let answer = app.set_stock(&book, 0).await;

    assert_eq!(answer, changed(&book, &json!({ "updated_at": answer["updated_at"], "restocked": false })));
    assert_eq!(ada.list().await, [waiting]);
}

async fn start(database: &TestDatabase) -> (TestApp, Caller) {
    let app = TestApp::start(database).await;
    let ada = app.register("ada@example.com").await;
    (app, ada)
}
