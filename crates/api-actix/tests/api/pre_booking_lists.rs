//! Long lists, filters, and what a pre-booking becomes after each thing that can happen to it.

use serde_json::{Value, json};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{Caller, TestApp, assert_time, changed, execute, ids, notified, problem, text};

/// A moment in SQL, in the one form that both engines take.
const TIME: &str = "'2026-01-02T03:04:05+00:00'";

pub(crate) fn suite() -> Suite {
    tests![
        all_pages_together_are_the_whole_list,
        the_id_breaks_ties,
        pages_of_a_filtered_list,
        what_comes_while_one_turns_pages_shifts_nothing,
        without_a_limit_a_page_has_a_hundred,
        a_limit_reaches_five_hundred,
        a_cursor_that_is_none_of_ours,
        a_cursor_shows_nothing_of_others,
        a_notified_one_may_be_cancelled,
        a_notified_one_may_be_followed_by_another,
        a_book_that_comes_back_again_and_again,
        a_changed_book_shows_in_its_pre_bookings,
    ]
}

async fn all_pages_together_are_the_whole_list(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = place_many(&app, &ada, 7).await;
    for limit in 1..=8 {
        let pages = walk(&ada, &format!("limit={limit}")).await;
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
        let walked = walk(&ada, &format!("limit={limit}")).await.concat();
        assert_eq!(ids(&json!(walked)), ids(&json!(placed)));
        assert!(walked.iter().all(|item| item["created_at"] == "2026-01-02T03:04:05.000000Z"));
    }
}

async fn pages_of_a_filtered_list(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let mut cancelled = Vec::new();
    for (index, placed) in place_many(&app, &ada, 6).await.iter().enumerate() {
        if index % 2 == 0 {
            cancelled.push(ada.cancel(placed).await);
        }
    }
    let pages = walk(&ada, "status=cancelled&limit=2").await;
    assert_eq!(pages, [cancelled[..2].to_vec(), cancelled[2..].to_vec()]);
    assert_eq!(walk(&ada, "status=waiting&limit=3").await.concat().len(), 3);
    assert_eq!(walk(&ada, "status=notified&limit=3").await, [vec![Value::Null; 0]]);
}

async fn what_comes_while_one_turns_pages_shifts_nothing(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let placed = place_many(&app, &ada, 4).await;
    let first = ada.get("/prebooks?limit=2").await.body_of(200);
    place_many(&app, &ada, 2).await;
    ada.cancel(&placed[0]).await;
    let second = ada.get(&format!("/prebooks?limit=2&cursor={}", text(&first["next_cursor"]))).await;
    second.is(200, &json!({ "items": placed[2..], "next_cursor": null }));
}

async fn without_a_limit_a_page_has_a_hundred(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    fill(&database, &app, &ada, 101).await;
    let pages = walk(&ada, "").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [100, 1]);
}

async fn a_limit_reaches_five_hundred(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    fill(&database, &app, &ada, 1001).await;
    let pages = walk(&ada, "limit=500").await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 1]);
    let mut walked = ids(&json!(pages.concat()));
    assert!(walked.is_sorted_by(|newer, older| newer > older), "the same time, so by id");
    walked.dedup();
    assert_eq!(walked.len(), 1001);
}

async fn a_cursor_that_is_none_of_ours(database: TestDatabase) {
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

async fn a_cursor_shows_nothing_of_others(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    place_many(&app, &ada, 3).await;
    let cursor = text(&ada.get("/prebooks?limit=1").await.body_of(200)["next_cursor"]).to_owned();
    let eve = app.register("eve@example.com").await;
    eve.get(&format!("/prebooks?cursor={cursor}")).await.is(200, &json!({ "items": [], "next_cursor": null }));
}

async fn a_notified_one_may_be_cancelled(database: TestDatabase) {
    let (app, ada) = start(&database).await;
    let book = app.add_book(0).await;
    let placed = ada.place(&book).await;
    app.set_stock(&book, 1).await;
    let notified = ada.find(&placed).await;
    let cancelled = ada.cancel(&notified).await;

    assert_eq!(assert_time(&cancelled["notified_at"]), assert_time(&notified["notified_at"]));
    assert!(assert_time(&cancelled["cancelled_at"]) >= assert_time(&cancelled["notified_at"]));
    ada.try_to_cancel(&placed).await.is_problem(&problem(409, "PREBOOK_ALREADY_CANCELLED"));
    // Nothing revives it.
    app.set_stock(&book, 0).await;
    app.set_stock(&book, 1).await;
    assert_eq!(ada.list().await, [cancelled]);
}

async fn a_notified_one_may_be_followed_by_another(database: TestDatabase) {
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

async fn a_book_that_comes_back_again_and_again(database: TestDatabase) {
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

async fn a_changed_book_shows_in_its_pre_bookings(database: TestDatabase) {
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

/// Places so many pre-bookings, each of a book of its own; the newest comes first.
async fn place_many(app: &TestApp, user: &Caller, count: usize) -> Vec<Value> {
    let mut placed = Vec::new();
    for _ in 0..count {
        placed.insert(0, user.place(&app.add_book(0).await).await);
    }
    placed
}

/// Places so many by plain SQL, all at the same time.
async fn fill(database: &TestDatabase, app: &TestApp, user: &Caller, count: usize) {
    let (book, user) = (app.add_book(0).await["id"].clone(), user.me().await["id"].clone());
    // They are cancelled, for only one of them could wait.
    let sql = format!(
        "INSERT INTO pre_bookings (book_id, user_id, round, created_at, cancelled_at)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT {book}, {user}, 0, {TIME}, {TIME} FROM numbers"
    );
    execute(database, &sql).await;
}

/// Every page of a list, from the first to the last.
async fn walk(user: &Caller, query: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut path = format!("/prebooks?{query}");
    loop {
        let page = user.get(&path).await.body_of(200);
        assert!(pages.len() < 10, "it never ends");
        pages.push(page["items"].as_array().unwrap().clone());
        assert_eq!(page.as_object().unwrap().len(), 2);
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/prebooks?{query}&cursor={cursor}"),
            None => return pages,
        }
    }
}
