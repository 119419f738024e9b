//! I5: a cancel and a restock agree on which of them was first, and cancellation is final.

use serde_json::json;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, cancel, number, with_one_among};
use crate::support::{changed, notified, text};

pub(super) fn suite() -> Suite {
    tests![a_cancel_and_a_restock_agree_on_their_order]
}

const USERS: usize = 20;
/// How many users do not cancel.
const PATIENT: usize = 2;

async fn a_cancel_and_a_restock_agree_on_their_order(database: TestDatabase) {
    let race = Race::open(&database, USERS).await;
    let (mut first, mut late) = (0, 0);
    for round in 0..rounds(25) {
        let book = race.app.add_book(0).await;
        let mut placed = Vec::new();
        for user in &race.users {
            placed.push(user.place(&book).await);
        }
        let those = || race.users.iter().zip(&placed).skip(PATIENT);
        let cancelling = those().map(|(user, pre_booking)| cancel(user, pre_booking)).collect();
        let (restock, answers) = with_one_among(cancelling, race.set_stock(&book, 1), round).await;
        let restocked_at = restock.body_of(200)["updated_at"].clone();
        for answer in answers {
            answer.has_no_content();
        }

        let mut shown = Vec::new();
        for (user, pre_booking) in those() {
            let found = user.find(pre_booking).await;
            let was_notified = !found["notified_at"].is_null();
            let before = if was_notified { notified(pre_booking, &restocked_at) } else { pre_booking.clone() };
            let change = json!({ "status": "cancelled", "cancelled_at": found["cancelled_at"] });
            assert_eq!(found, changed(&before, &change), "in round {round}");
            assert!(!was_notified || text(&found["cancelled_at"]) >= text(&restocked_at), "{found}");
            *if was_notified { &mut late } else { &mut first } += 1;
            shown.push(found);
        }
        // Nothing revives or notifies a cancelled pre-booking.
        race.app.set_stock(&book, 0).await;
        race.app.set_stock(&book, 1).await;
        for ((user, pre_booking), shown) in those().zip(&shown) {
            assert_eq!(&user.find(pre_booking).await, shown);
        }
        for (user, pre_booking) in race.users.iter().zip(&placed).take(PATIENT) {
            assert_eq!(user.find(pre_booking).await, notified(pre_booking, &restocked_at));
        }
        let (notified, cancelled) = (number(PATIENT), number(USERS - PATIENT));
        assert_eq!(race.facts(&book).await, Facts { stock: 1, restocks: 2, waiting: 0, notified, cancelled });
    }
    race.note(&format!("{first} were cancelled before the restock, {late} after it"));
    assert!(first > 0 && late > 0, "a restock that always comes first, or last, tests nothing");
}
