//! Settlements and retries of one delivery that overlap (PostgreSQL). Each locks the delivery first, so the second waits for the
//! first.

use domain::audit::Origin;
use domain::delivery::{ClaimedDelivery, DeliveryId, DeliveryStatus, Jitter, RetryError, retry, retry_all, settle};
use domain::{UnitOfWork, UnitOfWorkFactory};
use infra_postgres::Store;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{
    FixedJitter, POLICY, World, accepted, add_deliveries, attempts, claim_one, claim_some, delivery, open_patient,
    open_store, refused, replied, run_blocked, try_settle,
};

pub(crate) fn suite() -> Suite {
    tests![
        the_second_of_two_settlements_is_not_recorded,
        a_retry_after_a_delivery_is_rejected,
        a_retry_of_all_after_a_delivery_leaves_it,
        a_delivery_after_a_retry_is_recorded,
    ]
    .only_on(Engine::Postgres)
}

/// Returns a store with one delivery, which a worker has claimed, and another store, whose transactions come first.
async fn open(database: &TestDatabase) -> (World, ClaimedDelivery, Store) {
    let world = open_patient(database).await;
    world.add_user("ada").await;
    add_deliveries(&world).await;
    let claimed = claim_one(&world).await;
    (world, claimed, open_store(database, 1).await)
}

/// Settles an accepted delivery, without the commit.
async fn begin_settlement(store: &Store, world: &World, claimed: &ClaimedDelivery) -> Box<dyn UnitOfWork> {
    let unit = store.begin().await.unwrap();
    let attempts = unit.deliveries().find_for_settlement(claimed).await.unwrap().unwrap();
    let settlement = replied(world, accepted()).settle(attempts, &POLICY, FixedJitter(0.0).fraction());
    unit.deliveries().save(claimed.id, &settlement).await.unwrap();
    unit
}

async fn assert_delivered_once(world: &World, id: DeliveryId) {
    let delivered = delivery(world, id).await;
    assert_eq!((delivered.state.status(), delivered.attempts), (DeliveryStatus::Delivered, 1));
    assert_eq!(attempts(world, id).await.len(), 1);
    assert_eq!(claim_some(world).await, []);
}

async fn the_second_of_two_settlements_is_not_recorded(database: TestDatabase) {
    let (world, claimed, other) = open(&database).await;
    let first = begin_settlement(&other, &world, &claimed).await;
    let second = replied(&world, refused());
    let second = settle(world.units(), &FixedJitter(0.0), &POLICY, &claimed, second);
    assert!(run_blocked(&world.sql, second, first.commit()).await.unwrap().is_none());
    assert_delivered_once(&world, claimed.id).await;
}

async fn a_retry_after_a_delivery_is_rejected(database: TestDatabase) {
    let (world, claimed, other) = open(&database).await;
    let settlement = begin_settlement(&other, &world, &claimed).await;
    let origin = Origin::program();
    let retried = retry(world.units(), world.deliveries(), &world.clock, &origin, claimed.id);
    let retried = run_blocked(&world.sql, retried, settlement.commit()).await;
    assert!(matches!(retried, Err(RetryError::AlreadyDelivered(_))), "{retried:?}");
    assert_delivered_once(&world, claimed.id).await;
}

async fn a_retry_of_all_after_a_delivery_leaves_it(database: TestDatabase) {
    let (world, claimed, other) = open(&database).await;
    let settlement = begin_settlement(&other, &world, &claimed).await;
    let origin = Origin::program();
    let retried = retry_all(world.units(), &world.clock, &origin, DeliveryStatus::Pending);
    assert_eq!(run_blocked(&world.sql, retried, settlement.commit()).await.unwrap(), 0);
    assert_delivered_once(&world, claimed.id).await;
}

async fn a_delivery_after_a_retry_is_recorded(database: TestDatabase) {
    let (world, claimed, other) = open(&database).await;
    let retry = other.begin().await.unwrap();
    retry.deliveries().find_for_retry(claimed.id).await.unwrap().unwrap();
    retry.deliveries().save_retried(claimed.id, claimed.until).await.unwrap();
    assert!(run_blocked(&world.sql, try_settle(&world, claimed, accepted()), retry.commit()).await);
    assert_delivered_once(&world, claimed.id).await;
}
