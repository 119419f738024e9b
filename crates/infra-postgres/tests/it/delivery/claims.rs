//! `DeliveryRepository::claim_due` and `release`.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::delivery::{ClaimedDelivery, DeliveryId, claim, release};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{
    World, accepted, at, claim_one, claim_some, deferred, literal, refused, try_settle, world_with_deliveries,
};

pub(crate) fn suite() -> Suite {
    tests![
        claims_what_is_due_the_longest_due_first,
        claims_up_to_the_limit,
        a_claim_holds_for_its_lease,
        claims_nothing_that_is_settled,
        a_released_delivery_can_be_claimed_at_once,
        releases_no_claim_of_another_worker,
        releasing_nothing_changes_nothing,
    ]
    .and(
        tests![skips_what_another_transaction_has_locked, claims_what_a_dead_worker_was_claiming]
            .only_on(Engine::Postgres),
    )
}

fn ids(claims: &[ClaimedDelivery]) -> Vec<DeliveryId> {
    claims.iter().map(|claimed| claimed.id).collect()
}

async fn claim_at(world: &World, now: Timestamp, limit: u32) -> Vec<ClaimedDelivery> {
    let unit = world.units().begin().await.unwrap();
    let claims = unit.deliveries().claim_due(now, now + ClaimedDelivery::LEASE, limit).await.unwrap();
    unit.commit().await.unwrap();
    claims
}

async fn claims_what_is_due_the_longest_due_first(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 5).await;
    for (delivery, due_at) in [(0, at(30)), (1, at(10)), (2, at(60)), (3, at(30)), (4, at(61))] {
        let due_at = literal(due_at);
        world.sql.execute(&format!("UPDATE deliveries SET due_at = {due_at} WHERE id = {}", of[delivery].get())).await;
    }
    let claims = claim_at(&world, at(60), 10).await;
    let claimed = |delivery: usize| ClaimedDelivery { id: of[delivery], until: at(60) + ClaimedDelivery::LEASE };
    assert_eq!(claims, [claimed(1), claimed(0), claimed(3), claimed(2)]);
}

async fn claims_up_to_the_limit(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 250).await;
    let mut met = Vec::new();
    for expected in [100, 100, 50, 0] {
        let claims = claim_some(&world).await;
        assert_eq!(claims.len(), expected);
        met.extend(ids(&claims));
    }
    assert_eq!(met, of);
}

async fn a_claim_holds_for_its_lease(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 2).await;
    let claims = claim_at(&world, at(60), 1).await;
    assert_eq!(ids(&claims), of[..1]);
    let ends_at = at(60) + ClaimedDelivery::LEASE;
    assert_eq!(claims[0].until, ends_at);
    assert_eq!(ids(&claim_at(&world, ends_at - TimeDelta::microseconds(1), 10).await), of[1..]);
    assert_eq!(ids(&claim_at(&world, ends_at, 10).await), of[..1]);
}

async fn claims_nothing_that_is_settled(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 4).await;
    let claims = claim_some(&world).await;
    for (claimed, reply) in claims.into_iter().zip([accepted(), refused(), deferred()]) {
        assert!(try_settle(&world, claimed, reply).await);
    }
    world.clock.set(at(3_600));
    let again = claim_some(&world).await;
    // One was deferred, and one was never settled.
    assert_eq!(ids(&again), [of[3], of[2]]);
}

async fn a_released_delivery_can_be_claimed_at_once(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 3).await;
    let claims = claim_some(&world).await;
    assert_eq!(ids(&claims), of);
    release(world.units(), &claims[1..]).await.unwrap();
    assert_eq!(ids(&claim_some(&world).await), of[1..]);
}

async fn releases_no_claim_of_another_worker(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 2).await;
    let first = claim_some(&world).await;
    world.clock.set(first[0].until);
    let second = claim_some(&world).await;
    assert_eq!(ids(&second), of);
    release(world.units(), &first).await.unwrap();
    assert_eq!(claim_some(&world).await, []);
    // A settled delivery is not released either.
    assert!(try_settle(&world, second[0], accepted()).await);
    release(world.units(), &second).await.unwrap();
    assert_eq!(claim_one(&world).await.id, of[1]);
}

async fn releasing_nothing_changes_nothing(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 2).await;
    let claims = claim_some(&world).await;
    release(world.units(), &[]).await.unwrap();
    assert_eq!(claim_some(&world).await, []);
    for claimed in claims {
        assert!(try_settle(&world, claimed, accepted()).await);
    }
}

async fn skips_what_another_transaction_has_locked(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 5).await;
    let lock = format!("SELECT FROM deliveries WHERE id = {} FOR NO KEY UPDATE", of[0].get());
    let elsewhere = Bystander::connect(database.url()).await.begin(&lock).await;
    // This would fail after a second if it had to wait.
    let claiming = world.units().begin().await.unwrap();
    let claims = claiming.deliveries().claim_due(at(60), at(360), 2).await.unwrap();
    assert_eq!(ids(&claims), of[1..3]);
    assert_eq!(ids(&claim_at(&world, at(60), 10).await), of[3..]);
    claiming.commit().await.unwrap();
    elsewhere.rollback().await.unwrap();
    assert_eq!(ids(&claim_at(&world, at(60), 10).await), of[..1]);
}

async fn claims_what_a_dead_worker_was_claiming(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 2).await;
    let claiming = world.units().begin().await.unwrap();
    assert_eq!(claiming.deliveries().claim_due(at(60), at(360), 10).await.unwrap().len(), 2);
    assert_eq!(claim(world.units(), &world.clock).await.unwrap(), []);
    let dying = "FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
    assert_eq!(world.sql.column::<bool>(&format!("SELECT pg_terminate_backend(pid) {dying}")).await, [true]);
    world.sql.until(&format!("SELECT NOT EXISTS (SELECT {dying})")).await;
    assert!(claiming.commit().await.is_err());
    assert_eq!(ids(&claim_some(&world).await), of);
}
