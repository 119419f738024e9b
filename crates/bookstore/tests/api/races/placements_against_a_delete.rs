//! I7: a book is deleted or has pre-bookings, never both.

use reqwest::Method;
use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, call, number, place};
use crate::support::{all_are, all_at_once, problem};

pub(super) fn suite() -> Suite {
    tests![a_book_is_deleted_or_has_pre_bookings]
}

const USERS: usize = 8;

async fn a_book_is_deleted_or_has_pre_bookings(database: TestDatabase) {
    let race = Race::open(&database, USERS).await;
    let [mut gone, mut kept] = [0, 0];
    for round in 0..rounds(40) {
        let book = race.app.add_book(0).await;
        let path = format!("/books/{}", book["id"]);
        // In some rounds the one starts earlier, in some the other.
        let wait = async |times: usize| {
            for _ in 0..times {
                race.app.anyone.get("/health").await.body_of(200);
            }
        };
        let placing = async {
            wait(2_usize.saturating_sub(round % 5)).await;
            all_at_once(race.users.iter().map(|user| place(user, &book)).collect::<Vec<_>>()).await
        };
        let deleting = async {
            wait((round % 5).saturating_sub(2)).await;
            call(&race.admin, Method::DELETE, path.as_str(), Value::Null).await
        };
        let (answers, deleted) = tokio::join!(placing, deleting);

        let missing = problem(404, "BOOK_NOT_FOUND");
        if deleted.status == 204 {
            gone += 1;
            all_are(&answers, &missing.clone().of("book_id"));
            race.app.anyone.get(&path).await.is_problem(&missing);
            let id = &book["id"];
            let rows = format!(
                "SELECT (SELECT count(*) FROM books WHERE id = {id}), \
                 (SELECT count(*) FROM pre_bookings WHERE book_id = {id}), \
                 (SELECT count(*) FROM restocks WHERE book_id = {id})"
            );
            assert_eq!(race.store.numbers(&rows).await, [0, 0, 0], "in round {round}");
        } else {
            kept += 1;
            deleted.is_problem(&problem(409, "BOOK_HAS_PREBOOKINGS"));
            for (user, answer) in race.users.iter().zip(answers) {
                let placed = answer.body_of(201);
                assert_eq!(user.find(&placed).await, placed);
            }
            race.app.anyone.get(&path).await.is(200, &book);
            let expected = Facts { stock: 0, restocks: 0, waiting: number(USERS), notified: 0, cancelled: 0 };
            assert_eq!(race.facts(&book).await, expected, "in round {round}");
        }
    }
    assert!(gone > 0 && kept > 0, "{gone} gone, {kept} kept");
}
