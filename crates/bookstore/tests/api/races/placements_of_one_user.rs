//! `MAX_WAITING_PER_USER`: no user waits for more books than that, however many requests they send at once.

use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{cancel, place};
use crate::support::{Bystander, TestApp, all_are, all_at_once, load_users, problem};

pub(super) fn suite() -> Suite {
    tests![no_user_exceeds_the_limit]
}

const LIMIT: usize = 5;
const REQUESTS: usize = 50;

async fn no_user_exceeds_the_limit(database: TestDatabase) {
    let options = ["--max-waiting-per-user", &LIMIT.to_string()];
    // Two instances, which share the store alone.
    let apps = [TestApp::start_with(&database, &options).await, TestApp::start_with(&database, &options).await];
    let store = Bystander::connect(database.url()).await;
    let user = load_users(&apps[0], &store, 1).await.remove(0);
    let through = [user.at(&apps[0].url), user.at(&apps[1].url)];
    let mut books = Vec::new();
    for _ in 0..REQUESTS {
        books.push(apps[0].add_book(0).await);
    }
    for _ in 0..rounds(5) {
        let calls = books.iter().enumerate().map(|(number, book)| place(&through[number % 2], book));
        let answers = all_at_once(calls).await;
        let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(placed.len(), LIMIT, "{placed:#?}");
        all_are(&refused, &problem(409, "PREBOOK_LIMIT_REACHED"));

        let waiting = user.get("/prebooks?status=waiting").await.body_of(200);
        let waiting: Vec<&Value> = waiting["items"].as_array().unwrap().iter().collect();
        assert_eq!(waiting.len(), LIMIT);
        for pre_booking in waiting {
            assert_eq!(cancel(&user, pre_booking).await.status, 204);
        }
    }
}
