//! I2: a placement during a restock is rejected or notified. None is forgotten.

use serde_json::{Value, json};
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use super::{Facts, Race, later, number, place, placed, with_one_among};
use crate::support::notified;

pub(super) fn suite() -> Suite {
    tests![nobody_waits_for_a_book_in_stock]
}

const USERS: usize = 40;

async fn nobody_waits_for_a_book_in_stock(database: TestDatabase) {
    // SQLite has one connection, so fewer interleavings are possible.
    let rounds = rounds(if database.engine() == Engine::Postgres { 100 } else { 20 });
    let race = Race::open(&database, USERS).await;
    let (mut before, mut after, mut refused) = (0, 0, 0);
    let mut placed_by = vec![0; USERS];
    for round in 0..rounds {
        let book = race.app.add_book(0).await;
        let placing = race.users.iter().map(|user| place(user, &book)).collect();
        let (restock, answers) = with_one_among(placing, race.set_stock(&book, 1), round).await;
        let restock = restock.body_of(200);
        assert_eq!(restock["restocked"], true);

        let placed = placed(&answers);
        for &(user, pre_booking) in &placed {
            let notified_at = later(&restock["updated_at"], &pre_booking["created_at"]);
            let expected = notified(pre_booking, notified_at);
            assert_eq!(race.users[user].find(pre_booking).await, expected, "in round {round}");
            *if notified_at == &restock["updated_at"] { &mut before } else { &mut after } += 1;
            placed_by[user] += 1;
        }
        refused += USERS - placed.len();
        let all = number(placed.len());
        let expected = Facts { stock: 1, restocks: 1, waiting: 0, notified: all, cancelled: 0 };
        assert_eq!(race.facts(&book).await, expected, "in round {round}");
    }
    for (user, placed) in race.users.iter().zip(placed_by) {
        let waiting = user.get("/prebooks?status=waiting").await.body_of(200);
        assert_eq!(waiting, json!({ "items": [], "next_cursor": Value::Null }));
        let [stored] = race
            .store
            .numbers(&format!("SELECT count(*) FROM pre_bookings WHERE user_id = {}", user.me().await["id"]))
            .await;
        assert_eq!(stored, placed);
    }
    race.note(&format!(
        "{rounds} rounds: {before} were placed before the restock, {after} after it, {refused} rejected; none waits"
    ));
    assert!(before > 0 && refused > 0, "a restock that always comes first, or last, tests nothing");
}
