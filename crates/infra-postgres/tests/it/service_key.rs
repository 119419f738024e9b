//! The keys that all processes share.

use test_support::{Suite, TestDatabase, tests};

use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![keeps_the_first_key_of_each_name, processes_that_start_at_once_get_the_same_key]
}

async fn keeps_the_first_key_of_each_name(database: TestDatabase) {
    let world = World::open(&database).await;
    for (name, new, expected) in [("one", "a", "a"), ("one", "b", "a"), ("two", "b", "b"), ("one", "c", "a")] {
        assert_eq!(world.store.service_key(name, new).await.unwrap(), expected);
    }
}

async fn processes_that_start_at_once_get_the_same_key(database: TestDatabase) {
    let world = World::open(&database).await;
    let key = |new: &'static str| world.store.service_key("key", new);
    let (one, two, three, four) = tokio::join!(key("1"), key("2"), key("3"), key("4"));
    let one = one.unwrap();
    assert_eq!([two.unwrap(), three.unwrap(), four.unwrap()], [one.clone(), one.clone(), one]);
}
