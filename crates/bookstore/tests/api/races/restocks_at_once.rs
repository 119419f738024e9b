//! I3 and I5: of many concurrent changes one is a restock, and nobody is notified twice.

use serde_json::Value;
use test_support::{Suite, TestDatabase, rounds, tests};

use super::{Call, Facts, Race, number};
use crate::support::{all_at_once, notified};

pub(super) fn suite() -> Suite {
    tests![concurrent_restocks_notify_once]
}

const USERS: usize = 3;

async fn concurrent_restocks_notify_once(database: TestDatabase) {
    let race = Race::open(&database, USERS).await;
    let book = race.app.add_book(0).await;
    let (rounds, mut told) = (rounds(25), Vec::new());
    for round in 1..=rounds {
        let mut waiting = Vec::new();
        for user in &race.users {
            waiting.push(user.place(&book).await);
        }
        let restocks: Vec<Call> = (1..=10).map(|quantity| race.set_stock(&book, quantity)).collect();
        let bodies: Vec<Value> = all_at_once(restocks).await.into_iter().map(|answer| answer.body_of(200)).collect();
        let restocks: Vec<_> = bodies.iter().filter(|body| body["restocked"] == true).collect();
        assert_eq!(restocks.len(), 1, "in round {round}: {bodies:#?}");
        let at = &restocks[0]["updated_at"];
        told.extend(race.users.iter().zip(&waiting).map(|(user, item)| (user, notified(item, at))));
        let last = bodies.iter().max_by_key(|body| body["updated_at"].as_str()).unwrap();
        let stock = last["stock_quantity"].as_i64().unwrap();
        let (restocks, notified) = (number(round), number(told.len()));
        let expected = Facts { stock, restocks, waiting: 0, notified, cancelled: 0 };
        assert_eq!(race.facts(&book).await, expected, "in round {round}");
        race.app.set_stock(&book, 0).await;
    }
    // No later restock changed an earlier notification.
    for (user, pre_booking) in told {
        assert_eq!(user.find(&pre_booking).await, pre_booking);
    }
}
