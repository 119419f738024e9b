//! `delivery::retry` and `retry_all`: what an admin has sent once more.

use domain::delivery::{
    Delivery, DeliveryId, DeliveryState, DeliveryStatus, RetryError, SkipReason, retry, retry_all, settle,
};
use test_support::{Suite, TestDatabase, tests};

use crate::backlog::{
    accepted, all, attempts, claim_one, claim_some, deferred, delivery, refused, try_settle, world_with_deliveries,
};
use crate::support::{World, at};

pub(crate) fn suite() -> Suite {
    tests![
        what_is_not_delivered_is_due_at_once,
        what_is_delivered_is_not_sent_again,
        an_unknown_delivery_is_not_found,
        what_was_attempted_before_is_kept,
        a_worker_keeps_its_claim,
        all_of_a_status_are_due_at_once,
        more_than_a_batch_is_retried,
        all_that_are_delivered_are_not_sent_again,
    ]
}

/// A store with a delivery in each state: delivered, failed, put off, skipped.
async fn world_with_each_state(database: &TestDatabase) -> (World, Vec<Delivery>) {
    let (world, _) = world_with_deliveries(database, 4).await;
    let mut claims = claim_some(&world).await;
    let skipped = claims.pop().unwrap().skipped(SkipReason::Cancelled);
    assert!(settle(world.units(), &skipped).await.unwrap());
    for (claimed, reply) in claims.into_iter().zip([accepted(), refused(), deferred()]) {
        assert!(try_settle(&world, claimed, reply).await);
    }
    let deliveries = all(&world).await;
    (world, deliveries)
}

fn as_if_never_tried(delivery: &Delivery, state: DeliveryState) -> Delivery {
    Delivery { state, attempts: 0, reason: None, ..delivery.clone() }
}

async fn what_is_not_delivered_is_due_at_once(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    for (seconds, before) in [(10, &deliveries[1]), (20, &deliveries[2]), (30, &deliveries[3])] {
        world.clock.set(at(seconds));
        let retried = retry(world.units(), world.deliveries(), &world.clock, before.id).await.unwrap();
        assert_eq!(retried, as_if_never_tried(before, DeliveryState::Pending { due_at: at(seconds) }));
        assert_eq!(delivery(&world, before.id).await, retried);
        let claimed = claim_one(&world).await;
        assert_eq!((claimed.id, claimed.attempts), (before.id, 0));
    }
    assert_eq!(delivery(&world, deliveries[0].id).await, deliveries[0]);
}

async fn what_is_delivered_is_not_sent_again(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let result = retry(world.units(), world.deliveries(), &world.clock, deliveries[0].id).await;
    assert!(matches!(result, Err(RetryError::AlreadyDelivered(_))), "{result:?}");
    assert_eq!(all(&world).await, deliveries);
}

async fn an_unknown_delivery_is_not_found(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let unknown = DeliveryId::from_stored(99);
    let result = retry(world.units(), world.deliveries(), &world.clock, unknown).await;
    assert!(matches!(result, Err(RetryError::NotFound)), "{result:?}");
    assert_eq!(world.deliveries().find(unknown).await.unwrap(), None);
    assert_eq!(world.deliveries().find_prospect(unknown).await.unwrap(), None);
    assert_eq!(attempts(&world, unknown).await, []);
    assert_eq!(all(&world).await, deliveries);
}

async fn what_was_attempted_before_is_kept(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    let id = deliveries[1].id;
    retry(world.units(), world.deliveries(), &world.clock, id).await.unwrap();
    let claimed = claim_one(&world).await;
    assert!(try_settle(&world, claimed, accepted()).await);
    let answers: Vec<String> = attempts(&world, id).await.into_iter().map(|attempt| attempt.answer).collect();
    assert_eq!(answers, ["550 5.1.1 nobody of that name", "250 2.0.0 taken"]);
    let delivered = delivery(&world, id).await;
    assert_eq!((delivered.attempts, delivered.reason), (1, None));
}

async fn a_worker_keeps_its_claim(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 2).await;
    let claims = claim_some(&world).await;
    retry(world.units(), world.deliveries(), &world.clock, of[0]).await.unwrap();
    assert_eq!(retry_all(world.units(), &world.clock, DeliveryStatus::Pending).await.unwrap(), 2);
    assert_eq!(claim_some(&world).await, []);
    for claimed in claims {
        assert!(try_settle(&world, claimed, accepted()).await);
    }
}

async fn all_of_a_status_are_due_at_once(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    world.clock.set(at(10));
    for (status, of_status) in [(DeliveryStatus::Pending, 2), (DeliveryStatus::Failed, 1), (DeliveryStatus::Skipped, 3)]
    {
        let before = all(&world).await;
        assert_eq!(before[of_status].state.status(), status);
        assert_eq!(retry_all(world.units(), &world.clock, status).await.unwrap(), 1, "{status:?}");
        let claimed = claim_one(&world).await;
        assert_eq!((claimed.id, claimed.attempts), (deliveries[of_status].id, 0));
        assert!(try_settle(&world, claimed, accepted()).await);
        let now = all(&world).await;
        assert!(
            now.iter()
                .zip(&before)
                .enumerate()
                .all(|(number, (now, before))| { (now == before) == (number != of_status) })
        );
        assert_eq!(retry_all(world.units(), &world.clock, status).await.unwrap(), 0, "{status:?}");
    }
}

async fn more_than_a_batch_is_retried(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 10_500).await;
    world.sql.run("UPDATE deliveries SET status = 'failed', attempts = 8, reason = 'no' WHERE id % 10 <> 0").await;
    let failed: i64 = world.sql.value("SELECT count(*) FROM deliveries WHERE status = 'failed'").await;
    assert!(failed > 5_000 && of.len() > 10_000, "{failed}");
    let retried = retry_all(world.units(), &world.clock, DeliveryStatus::Failed).await.unwrap();
    assert_eq!(retried, failed.unsigned_abs());
    let untouched = "SELECT count(*) FROM deliveries WHERE status <> 'pending' OR attempts > 0 OR reason IS NOT NULL";
    assert_eq!(world.sql.value::<i64>(untouched).await, 0);
    // Whatever there is, it ends.
    assert_eq!(retry_all(world.units(), &world.clock, DeliveryStatus::Pending).await.unwrap(), 10_500);
}

async fn all_that_are_delivered_are_not_sent_again(database: TestDatabase) {
    let (world, deliveries) = world_with_each_state(&database).await;
    assert_eq!(retry_all(world.units(), &world.clock, DeliveryStatus::Delivered).await.unwrap(), 0);
    assert_eq!(all(&world).await, deliveries);
}
