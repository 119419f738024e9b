//! Long lists, filters, and the states of a pre-booking.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, TestApp, assert_time, changed, execute, ids, notified, problem, text};

/// A time in SQL, in a form that both engines accept.
const TIME: &str = "'2026-01-02T03:04:05+00:00'";

pub(crate) fn suite() -> Suite {
    tests![
        the_pages_make_up_the_whole_list,
        the_id_breaks_ties,
        a_filtered_list_has_pages_too,
        changes_between_pages_shift_nothing,
        the_default_limit_is_100,
        the_largest_limit_is_500,
        rejects_an_invalid_cursor,
        a_cursor_shows_nothing_to_another_user,
        a_notified_pre_booking_can_be_cancelled,
        a_notified_user_can_place_another,
        each_restock_notifies_its_own_round,
        a_pre_booking_shows_changes_of_its_book,
    ]
}

async fn the_pages_make_up_the_whole_list(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = place_many(&app, &ada, 7).await;
    for limit in 1..=8 {
        let pages = ada.pages(&format!("/prebooks?limit={limit}")).await;
        assert_eq!(pages.len(), 7_usize.div_ceil(limit), "no page is empty");
        assert!(pages[..pages.len() - 1].iter().all(|page| page.len() == limit));
        assert_eq!(pages.concat(), placed);
    }
}

async fn the_id_breaks_ties(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = place_many(&app, &ada, 6).await;
    execute(&database, &format!("UPDATE pre_bookings SET created_at = {TIME}")).await;
    for limit in [1, 2, 4] {
        let walked = ada.pages(&format!("/prebooks?limit={limit}")).await.concat();
        assert_eq!(ids(&json!(walked)), ids(&json!(placed)));
        assert!(walked.iter().all(|item| item["created_at"] == "2026-01-02T03:04:05.000000Z"));
    }
}

async fn a_filtered_list_has_pages_too(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let mut cancelled = Vec::new();
    for (index, placed) in place_many(&app, &ada, 6).await.iter().enumerate() {
        if index % 2 == 0 {
            cancelled.push(ada.cancel(placed).await);
        }
    }
    let pages = ada.pages("/prebooks?status=cancelled&limit=2").await;
    assert_eq!(pages, [cancelled[..2].to_vec(), cancelled[2..].to_vec()]);
    assert_eq!(ada.pages("/prebooks?status=waiting&limit=3").await.concat().len(), 3);
    assert_eq!(ada.pages("/prebooks?status=notified&limit=3").await, [vec![Value::Null; 0]]);
}

async fn changes_between_pages_shift_nothing(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = place_many(&app, &ada, 4).await;
    let first = ada.get("/prebooks?limit=2").await.body_of(200);
    place_many(&app, &ada, 2).await;
    ada.cancel(&placed[0]).await;
    let second = ada.get(&format!("/prebooks?limit=2&cursor={}", text(&first["next_cursor"]))).await;
    second.is(200, &json!({ "items": placed[2..], "next_cursor": null }));
}

async fn the_default_limit_is_100(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    place_many_with_sql(&database, &app, &ada, 101).await;
    let pages = ada.pages("/prebooks?").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 1]);
}

async fn the_largest_limit_is_500(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    place_many_with_sql(&database, &app, &ada, 1001).await;
    let pages = ada.pages("/prebooks?limit=500").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 1]);
    let mut walked = ids(&json!(pages.concat()));
    assert!(walked.is_sorted_by(|newer, older| newer > older), "the same time, so by id");
    walked.dedup();
    assert_eq!(walked.len(), 1001);
}

async fn rejects_an_invalid_cursor(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    place_many(&app, &ada, 2).await;
    let cursor = text(&ada.get("/prebooks?limit=1").await.body_of(200)["next_cursor"]).to_owned();
    let changed = [cursor[1..].to_owned(), format!("{cursor}x"), format!("{cursor}="), cursor.to_lowercase()];
    let others = ["", "x", "1", "0", "-1", "null", "eyJpZCI6MX0", "%00", "%FF", "99999999999999999999", "MTow", "%27"];
    for cursor in others.into_iter().map(str::to_owned).chain(changed) {
        let answer = ada.get(&format!("/prebooks?cursor={cursor}")).await;
        answer.is_problem(&problem(400, "INVALID_CURSOR").of("cursor"));
    }
}

async fn a_cursor_shows_nothing_to_another_user(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    place_many(&app, &ada, 3).await;
    let cursor = text(&ada.get("/prebooks?limit=1").await.body_of(200)["next_cursor"]).to_owned();
    let eve = app.register("eve@example.com").await;
    eve.get(&format!("/prebooks?cursor={cursor}")).await.is(200, &json!({ "items": [], "next_cursor": null }));
}

async fn a_notified_pre_booking_can_be_cancelled(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let placed = ada.place(&book).await;
    app.set_stock(&book, 1).await;
    let notified = ada.find(&placed).await;
    let cancelled = ada.cancel(&notified).await;

    assert_eq!(assert_time(&cancelled["notified_at"]), assert_time(&notified["notified_at"]));
    assert!(assert_time(&cancelled["cancelled_at"]) >= assert_time(&cancelled["notified_at"]));
    ada.try_to_cancel(&placed).await.is_problem(&problem(409, "PREBOOK_ALREADY_CANCELLED"));
    // Cancellation is final.
    app.set_stock(&book, 0).await;
    app.set_stock(&book, 1).await;
    assert_eq!(ada.list().await, [cancelled]);
}

async fn a_notified_user_can_place_another(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let first = ada.place(&book).await;
    app.set_stock(&book, 1).await;
    let in_stock = problem(409, "PREBOOK_BOOK_IN_STOCK").of("book_id");
    ada.try_to_place(&book).await.is_problem(&in_stock.saying("Book is in stock — add to cart instead"));
    app.set_stock(&book, 0).await;

    let second = ada.place(&book).await;

    let first = ada.find(&first).await;
    assert_eq!((&first["status"], &second["status"]), (&json!("notified"), &json!("waiting")));
    assert_eq!(ada.list().await, [second, first]);
}

async fn each_restock_notifies_its_own_round(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let waiting = ada.place(&book).await;
        let cancelled_before = ada.cancel(&waiting).await;
        let waiting = ada.place(&book).await;
        let restocked_at = app.set_stock(&book, 1).await["updated_at"].clone();
        app.set_stock(&book, 0).await;
        expected.insert(0, cancelled_before);
        expected.insert(0, notified(&waiting, &restocked_at));
        assert_eq!(ada.list().await, expected);
    }
}

async fn a_pre_booking_shows_changes_of_its_book(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let placed = ada.place(&book).await;
    let change = json!({ "title": "Eden", "author": "Lem" });
    app.admin().await.put(&format!("/books/{}", book["id"]), &change).await.body_of(200);
    let expected = changed(&placed, &json!({ "book_title": "Eden", "book_author": "Lem" }));
    assert_eq!(ada.find(&placed).await, expected);
    assert_eq!(ada.list().await, [expected]);
}

async fn start(database: &TestDatabase) -> (TestApp, Caller) {
    let app = TestApp::start(database).await;
    let ada = app.register("ada@example.com").await;
    (app, ada)
}

/// Places this many pre-bookings, each for its own book. Returns the newest first.
async fn place_many(app: &TestApp, user: &Caller, count: usize) -> Vec<Value> {
    let mut placed = Vec::new();
    for _ in 0..count {
        placed.insert(0, user.place(&app.add_book(0).await).await);
    }
    placed
}

/// Adds this many pre-bookings with SQL, all with the same time.
async fn place_many_with_sql(database: &TestDatabase, app: &TestApp, user: &Caller, count: usize) {
    let (book, user) = (app.add_book(0).await["id"].clone(), user.me().await["id"].clone());
    // They are cancelled, because only one of them could wait.
    let sql = format!(
        "INSERT INTO pre_bookings (book_id, user_id, round, created_at, cancelled_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT {book}, {user}, 0, {TIME}, {TIME} FROM numbers"
    );
    execute(database, &sql).await;
}
