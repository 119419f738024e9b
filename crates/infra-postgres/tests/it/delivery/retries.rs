//! `delivery::retry` and `retry_all`.

use domain::audit::Origin;
use domain::delivery::{Delivery, DeliveryId, DeliveryState, DeliveryStatus, RetryError, SkipReason, retry, retry_all};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    World, accepted, all, at, attempts, claim_one, claim_some, deferred, delivery, refused, try_settle, try_skip,
    world_with_deliveries,
};

pub(crate) fn suite() -> Suite {
    tests![
        retry_makes_any_undelivered_one_due_now,
        retry_rejects_a_delivered_one,
        retry_finds_no_unknown_delivery,
        retry_keeps_earlier_attempts,
        retry_keeps_the_claim_of_a_worker,
        a_claimed_delivery_that_is_retried_has_all_attempts_again,
        retry_all_leaves_what_was_skipped_for_good,
        retry_all_makes_all_of_a_status_due_now,
        retry_all_continues_after_one_batch,
        retry_all_leaves_delivered_ones,
    ]
}

/// Returns a store with a delivery in each state: delivered, failed, deferred, skipped.
async fn world_with_each_state(database: &TestDatabase) -> (World, Vec<Delivery>) {
    let (world, _) = world_with_deliveries(database, 4).await;
    let mut claims = claim_some(&world).await;
    assert!(try_skip(&world, claims.pop().unwrap(), SkipReason::Deactivated).await);
    for (claimed, reply) in claims.into_iter().zip([accepted(), refused(), deferred()]) {
        assert!(try_settle(&world, claimed, reply).await);
    }
    let deliveries = all(&world).await;
    (world, deliveries)
}

fn as_if_never_tried(delivery: &Delivery, state: DeliveryState) -> Delivery {
    Delivery { state, attempts: 0, reason: None, ..delivery.clone() }
}

async fn retry_makes_any_undelivered_one_due_now(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    for (seconds, before) in [(10, &deliveries[1]), (20, &deliveries[2]), (30, &deliveries[3])] {
        world.clock.set(at(seconds));
        let retried =
            retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), before.id).await.unwrap();
        assert_eq!(retried, as_if_never_tried(before, DeliveryState::Pending { due_at: at(seconds) }));
        assert_eq!(delivery(&world, before.id).await, retried);
        let claimed = claim_one(&world).await;
        assert_eq!(claimed.id, before.id);
    }
    assert_eq!(delivery(&world, deliveries[0].id).await, deliveries[0]);
}

async fn retry_rejects_a_delivered_one(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let result = retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), deliveries[0].id).await;
    assert!(matches!(result, Err(RetryError::AlreadyDelivered(_))), "{result:?}");
    assert_eq!(all(&world).await, deliveries);
}

async fn retry_finds_no_unknown_delivery(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let unknown = DeliveryId::from_stored(99);
    let result = retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), unknown).await;
    assert!(matches!(result, Err(RetryError::NotFound)), "{result:?}");
    assert_eq!(world.deliveries().find(unknown).await.unwrap(), None);
    assert_eq!(world.deliveries().find_prospect(unknown).await.unwrap(), None);
    assert_eq!(attempts(&world, unknown).await, []);
    assert_eq!(all(&world).await, deliveries);
}

async fn retry_keeps_earlier_attempts(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let id = deliveries[1].id;
    retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), id).await.unwrap();
    let claimed = claim_one(&world).await;
    assert!(try_settle(&world, claimed, accepted()).await);
    let answers: Vec<String> = attempts(&world, id).await.into_iter().map(|attempt| attempt.answer).collect();
    assert_eq!(answers, ["550 5.1.1 nobody of that name", "250 2.0.0 taken"]);
    let delivered = delivery(&world, id).await;
    assert_eq!((delivered.attempts, delivered.reason), (1, None));
}

async fn retry_keeps_the_claim_of_a_worker(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 2).await;
    let claims = claim_some(&world).await;
    retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), of[0]).await.unwrap();
    assert_eq!(retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Pending).await.unwrap(), 2);
    assert_eq!(claim_some(&world).await, []);
    for claimed in claims {
        assert!(try_settle(&world, claimed, accepted()).await);
    }
}

/// The worker claimed it when it had one attempt left.
async fn a_claimed_delivery_that_is_retried_has_all_attempts_again(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    for seconds in [10_000, 20_000] {
        world.clock.set(at(seconds));
        let claimed = claim_one(&world).await;
        assert!(try_settle(&world, claimed, deferred()).await);
    }
    world.clock.set(at(30_000));
    let claimed = claim_one(&world).await;
    assert_eq!(delivery(&world, of[0]).await.attempts, 2);
    retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), of[0]).await.unwrap();
    assert!(try_settle(&world, claimed, deferred()).await);
    let now = delivery(&world, of[0]).await;
    assert_eq!((now.state.status(), now.attempts), (DeliveryStatus::Pending, 1));
}

/// Only deliveries that were skipped for a temporary reason are retried.
async fn retry_all_leaves_what_was_skipped_for_good(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 5).await;
    let claims = claim_some(&world).await;
    for (claimed, why) in claims.into_iter().zip([SkipReason::Deactivated, SkipReason::Cancelled]) {
        assert!(try_skip(&world, claimed, why).await);
    }
    for (reason, id) in [("'too late'", of[2]), ("''", of[3]), ("NULL", of[4])] {
        let skip = format!("UPDATE deliveries SET status = 'skipped', reason = {reason} WHERE id = {}", id.get());
        world.sql.execute(&skip).await;
    }
    let before = all(&world).await;
    world.clock.set(at(10));
    assert_eq!(retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Skipped).await.unwrap(), 1);
    let now = all(&world).await;
    assert_eq!(now[0], as_if_never_tried(&before[0], DeliveryState::Pending { due_at: at(10) }));
    assert_eq!(now[1..], before[1..]);
    // An admin can still retry each by itself.
    for id in &of[1..] {
        assert!(retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), *id).await.is_ok());
    }
}

async fn retry_all_makes_all_of_a_status_due_now(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    world.clock.set(at(10));
    for (status, of_status) in [(DeliveryStatus::Pending, 2), (DeliveryStatus::Failed, 1), (DeliveryStatus::Skipped, 3)]
    {
        let before = all(&world).await;
        assert_eq!(before[of_status].state.status(), status);
        assert_eq!(retry_all(world.units(), &world.clock, &Origin::program(), status).await.unwrap(), 1, "{status:?}");
        let claimed = claim_one(&world).await;
        assert_eq!(claimed.id, deliveries[of_status].id);
        assert!(try_settle(&world, claimed, accepted()).await);
        let now = all(&world).await;
        assert!(
            now.iter()
                .zip(&before)
                .enumerate()
                .all(|(number, (now, before))| { (now == before) == (number != of_status) })
        );
        assert_eq!(retry_all(world.units(), &world.clock, &Origin::program(), status).await.unwrap(), 0, "{status:?}");
    }
}

async fn retry_all_continues_after_one_batch(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 10_500).await;
    world.sql.execute("UPDATE deliveries SET status = 'failed', attempts = 8, reason = 'no' WHERE id % 10 <> 0").await;
    let failed: i64 = world.sql.value("SELECT count(*) FROM deliveries WHERE status = 'failed'").await;
    assert!(failed > 5_000 && of.len() > 10_000, "{failed}");
    let retried = retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Failed).await.unwrap();
    assert_eq!(retried, failed.unsigned_abs());
    let untouched = "SELECT count(*) FROM deliveries WHERE status <> 'pending' OR attempts > 0 OR reason IS NOT NULL";
    assert_eq!(world.sql.value::<i64>(untouched).await, 0);
    // It ends, although it makes deliveries pending.
    assert_eq!(
        retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Pending).await.unwrap(),
        10_500
    );
}

async fn retry_all_leaves_delivered_ones(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    assert_eq!(retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Delivered).await.unwrap(), 0);
    assert_eq!(all(&world).await, deliveries);
}
