//! An ISBN belongs to one book, in either of its forms.

use reqwest::Method;
use serde_json::json;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Race, call};
use crate::support::{all_are, all_at_once, problem};

pub(super) fn suite() -> Suite {
    tests![one_of_many_books_gets_the_isbn]
}

async fn one_of_many_books_gets_the_isbn(database: TestDatabase) {
    let race = Race::open(&database, 1).await;
    for _ in 0..rounds(5) {
        let answers = all_at_once((0..10).map(|number| {
            let isbn = if number % 2 == 0 { "0306406152" } else { "9780306406157" };
            call(&race.admin, Method::POST, "/books", json!({ "title": "T", "author": "A", "price": 1, "isbn": isbn }))
        }));
        let (added, refused): (Vec<_>, Vec<_>) = answers.await.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(added.len(), 1, "{added:#?}");
        all_are(&refused, &problem(409, "BOOK_ISBN_CONFLICT").of("isbn"));
        assert_eq!(race.store.numbers("SELECT count(*) FROM books").await, [1]);
        race.admin.delete(&format!("/books/{}", added[0].body["id"])).await.has_no_content();
    }
}
