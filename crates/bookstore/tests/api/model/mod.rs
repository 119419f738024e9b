//! Random sequences of calls by three users and an admin. Each response is compared with a simple model of the rules.
//!
//! The sequences are the same in every run. `SOAK=20` runs twenty times as many, `MODEL_CASES=2000 MODEL_SEED=7` runs 2,000
//! others. A failing sequence is shrunk and printed as a list that fits into [`REGRESSIONS`].

mod operation;
mod rules;
mod world;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use test_support::{Suite, TestDatabase, rounds, tests};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use operation::Operation::{self, Cancel, Delete, Find, List, Place, SetStock};
use operation::Pick::{Anyones, Own};
use world::World;

pub(crate) fn suite() -> Suite {
    tests![random_operations_follow_the_rules]
}

const CASES: usize = 32;

/// Sequences that failed once, or that must always be tried. They run first.
const REGRESSIONS: [&[Operation]; 3] = [
    // A pre-booking that was cancelled while waiting does not change through two restocks. The one placed
    // between them is notified by the second.
    &[
        Place { user: 0, book: 0 },
        Cancel { user: 0, pick: Own(0) },
        SetStock { book: 0, quantity: 1 },
        SetStock { book: 0, quantity: 0 },
        Place { user: 0, book: 0 },
        SetStock { book: 0, quantity: 1 },
        Cancel { user: 0, pick: Own(0) },
        Cancel { user: 0, pick: Own(1) },
    ],
    // A notified pre-booking is no duplicate, and keeps its time when a later restock notifies the next one.
    &[
        Place { user: 1, book: 1 },
        SetStock { book: 1, quantity: 3 },
        SetStock { book: 1, quantity: 0 },
        Place { user: 1, book: 1 },
        Place { user: 1, book: 1 },
        SetStock { book: 1, quantity: 1 },
        Find { user: 1, pick: Own(1) },
        List { user: 1, status: Some("notified"), limit: 1 },
    ],
    // A restocked book without pre-bookings can be deleted; a book with only a cancelled pre-booking can't.
    &[
        SetStock { book: 2, quantity: 1 },
        Delete { book: 2 },
        Place { user: 2, book: 2 },
        Place { user: 2, book: 0 },
        Cancel { user: 0, pick: Anyones(0) },
        Cancel { user: 2, pick: Own(0) },
        Delete { book: 0 },
    ],
];

/// The outcomes that must have happened at least once. Without them the sequences test too little.
const OUTCOMES: [&str; 20] = [
    "place: done",
    "place: BOOK_NOT_FOUND",
    "place: PREBOOK_BOOK_IN_STOCK",
    "place: PREBOOK_DUPLICATE",
    "cancel: waiting",
    "cancel: notified",
    "cancel: PREBOOK_ALREADY_CANCELLED",
    "cancel: PREBOOK_NOT_FOUND",
    "cancel another's: PREBOOK_NOT_FOUND",
    "set stock: restocked",
    "set stock: not restocked",
    "set stock: BOOK_NOT_FOUND",
    "find: waiting",
    "find: notified",
    "find: cancelled",
    "find another's: PREBOOK_NOT_FOUND",
    "list: several pages",
    "delete: done",
    "delete: BOOK_HAS_PREBOOKINGS",
    "delete: BOOK_NOT_FOUND",
];

async fn random_operations_follow_the_rules(database: TestDatabase) {
    let world = World::open(&database).await;
    for operations in REGRESSIONS {
        let result = world.run(operations).await;
        result.unwrap_or_else(|failure| panic!("{failure}, after the regression {operations:?}"));
    }
    let config = Config {
        cases: from_environment("MODEL_CASES").unwrap_or(rounds(CASES) as u64).try_into().unwrap(),
        rng_seed: RngSeed::Fixed(from_environment("MODEL_SEED").unwrap_or(0)),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&vec(operation::any(), 1..50), |operations| {
        block_in_place(|| Handle::current().block_on(world.run(&operations)))
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let outcomes = world.outcomes();
    for outcome in OUTCOMES {
        assert!(outcomes.contains_key(outcome), "{outcome} never happened, only {outcomes:#?}");
    }
}

fn from_environment(name: &str) -> Option<u64> {
    Some(std::env::var(name).ok()?.parse().unwrap())
}
