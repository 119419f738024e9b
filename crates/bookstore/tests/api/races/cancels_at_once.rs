//! I5: of many cancels one succeeds.

use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, cancel};
use crate::support::{all_are, all_at_once, changed, problem};

pub(super) fn suite() -> Suite {
    tests![one_of_many_cancels_succeeds]
}

async fn one_of_many_cancels_succeeds(database: TestDatabase) {
    let race = Race::open(&database, 1).await;
    let ada = &race.users[0];
    for round in 0..rounds(40) {
        let book = race.app.add_book(0).await;
        let placed = ada.place(&book).await;
        // A notified pre-booking can be cancelled as well.
        let stock = i64::from(round % 2 == 1);
        race.app.set_stock(&book, stock).await;
        let before = ada.find(&placed).await;
        let answers = all_at_once((0..10).map(|_| cancel(ada, &placed))).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 204);
        assert_eq!(done.len(), 1, "in round {round}: {done:#?}");
        all_are(&refused, &problem(409, "PREBOOK_ALREADY_CANCELLED"));
        let found = ada.find(&placed).await;
        let change = serde_json::json!({ "status": "cancelled", "cancelled_at": found["cancelled_at"] });
        assert_eq!(found, changed(&before, &change), "in round {round}");
        let expected = Facts { stock, restocks: stock, waiting: 0, notified: 0, cancelled: 1 };
        assert_eq!(race.facts(&book).await, expected);
    }
}
