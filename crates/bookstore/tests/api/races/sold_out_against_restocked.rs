//! I2 and I3: the last copies are sold while new ones arrive, in either order, and users place meanwhile.

use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, later, number, place, placed};
use crate::support::{all_at_once, notified};

pub(super) fn suite() -> Suite {
    tests![selling_out_and_restocking_agree_on_their_order]
}

const USERS: usize = 20;

async fn selling_out_and_restocking_agree_on_their_order(database: TestDatabase) {
    let race = Race::open(&database, USERS).await;
    let mut orders = [0, 0];
    for round in 0..rounds(30) {
        let book = race.app.add_book(5).await;
        let mut calls: Vec<_> = race.users.iter().map(|user| place(user, &book)).collect();
        let one = round * 7 % USERS;
        let other = one + 1 + round % 3;
        let quantities = if round % 2 == 0 { [0, 7] } else { [7, 0] };
        calls.insert(one, race.set_stock(&book, quantities[0]));
        calls.insert(other.min(calls.len()), race.set_stock(&book, quantities[1]));
        let mut answers = all_at_once(calls).await;
        let other = answers.remove(other.min(answers.len() - 1)).body_of(200);
        let one = answers.remove(one).body_of(200);
        let placed = placed(&answers);
        let count = number(placed.len());
        let restock = [one, other].into_iter().find(|body| body["restocked"] == true);
        let facts = race.facts(&book).await;
        // Either the last copies were sold first, and then new ones arrived. Or the new ones arrived first, which is no
        // restock, and then all were sold.
        let (expected, order) = match &restock {
            Some(_) => (Facts { stock: 7, restocks: 1, waiting: 0, notified: count, cancelled: 0 }, 0),
            None => (Facts { stock: 0, restocks: 0, waiting: count, notified: 0, cancelled: 0 }, 1),
        };
        assert_eq!(facts, expected, "in round {round}");
        orders[order] += 1;
        for (user, pre_booking) in placed {
            let expected = match &restock {
                Some(restock) => {
                    let notified_at = later(&restock["updated_at"], &pre_booking["created_at"]);
                    notified(pre_booking, notified_at)
                }
                None => pre_booking.clone(),
            };
            assert_eq!(race.users[user].find(pre_booking).await, expected, "in round {round}");
        }
    }
    race.note(&format!("sold out first: {}, restocked first: {}", orders[0], orders[1]));
    assert!(orders.iter().all(|times| *times > 0), "{orders:?}");
}
