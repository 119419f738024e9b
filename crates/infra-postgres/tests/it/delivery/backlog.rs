//! `BacklogReader`.

use domain::delivery::{Backlog, BacklogReader};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, accepted, at, claim_one, fan_out_all, try_settle};

pub(crate) fn suite() -> Suite {
    tests![a_restock_waits_from_its_commit_to_its_last_delivery, is_as_old_as_its_oldest_restock]
}

async fn backlog(world: &World) -> Backlog {
    world.store.read_backlog().await.unwrap()
}

async fn a_restock_waits_from_its_commit_to_its_last_delivery(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await;
    let book = world.add_book("Solaris", 0).await;
    world.add_pre_booking(user.id, &book).await;
    assert_eq!(backlog(&world).await, Backlog::default());

    let waiting_since = Some(world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at);
    assert_eq!(backlog(&world).await, Backlog { pending: 0, waiting_since });
    fan_out_all(&world).await;
    assert_eq!(backlog(&world).await, Backlog { pending: 1, waiting_since });
    let claimed = claim_one(&world).await;
    assert_eq!(backlog(&world).await, Backlog { pending: 1, waiting_since });
    assert!(try_settle(&world, claimed, accepted()).await);
    assert_eq!(backlog(&world).await, Backlog::default());
}

async fn is_as_old_as_its_oldest_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await;
    let mut restocked = Vec::new();
    for (title, moment) in [("Solaris", at(100)), ("Fiasco", at(200))] {
        world.clock.set(moment);
        let book = world.add_book(title, 0).await;
        world.add_pre_booking(user.id, &book).await;
        restocked.push(world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at);
        fan_out_all(&world).await;
    }
    let waiting_since = Some(restocked[0]);
    assert_eq!(backlog(&world).await, Backlog { pending: 2, waiting_since });
}
