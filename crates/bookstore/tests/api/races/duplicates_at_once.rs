//! I1: a user waits for a book at most once.

use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, place};
use crate::support::{Answer, all_are, all_at_once, problem};

pub(super) fn suite() -> Suite {
    tests![one_of_many_placements_succeeds]
}

const REQUESTS: usize = 40;

async fn one_of_many_placements_succeeds(database: TestDatabase) {
    let race = Race::open(&database, 2).await;
    for _ in 0..rounds(20) {
        let book = race.app.add_book(0).await;
        // Another user's placements do not interfere.
        let calls = (0..REQUESTS).map(|number| place(&race.users[number % 2], &book));
        let (mine, others): (Vec<_>, Vec<_>) =
            all_at_once(calls).await.into_iter().enumerate().partition(|(number, _)| number % 2 == 0);
        for (user, answers) in race.users.iter().zip([mine, others]) {
            let answers = answers.into_iter().map(|(_, answer)| answer);
            let (placed, refused): (Vec<Answer>, Vec<_>) = answers.partition(|answer| answer.status == 201);
            assert_eq!(placed.len(), 1, "{placed:#?}");
            all_are(&refused, &problem(409, "PREBOOK_DUPLICATE").of("book_id"));
            let newest = user.get("/prebooks?limit=1").await.body_of(200);
            assert_eq!(newest["items"][0], placed[0].body);
        }
        let expected = Facts { stock: 0, restocks: 0, waiting: 2, notified: 0, cancelled: 0 };
        assert_eq!(race.facts(&book).await, expected);
    }
}
