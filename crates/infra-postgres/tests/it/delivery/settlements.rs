//! `delivery::settle`: only the holder of a claim records the result of a delivery, and only once.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use domain::delivery::{
    Attempt, AttemptOutcome, ClaimedDelivery, Delivery, DeliveryId, DeliveryState, Reply, RetryPolicy, SkipReason,
    find, release, settle,
};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    FixedJitter, POLICY, accepted, all, at, attempts, claim_one, claim_some, deferred, delivery, record, refused,
    replied, try_settle, try_skip, world_with_deliveries,
};

pub(crate) fn suite() -> Suite {
    tests![
        records_each_reply,
        a_skip_counts_no_attempt,
        counts_and_keeps_every_attempt,
        a_deferred_delivery_is_due_later,
        settles_one_delivery,
        an_expired_claim_that_nobody_replaced_still_holds,
        a_replaced_claim_does_not_hold,
        a_released_claim_does_not_hold,
        settles_nothing_twice,
        settles_nothing_that_was_ended_with_sql,
        keeps_replies_word_for_word,
        records_delays_of_any_length,
        records_a_reply_with_a_nul,
    ]
}

async fn records_each_reply(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 3).await;
    for (claimed, reply) in claim_some(&world).await.into_iter().zip([accepted(), refused(), deferred()]) {
        let before = delivery(&world, claimed.id).await;
        let finding = replied(&world, reply);
        assert!(record(&world, claimed, finding.clone()).await);
        let settlement = finding.settle(0, &POLICY, 0.0);
        let expected = Delivery { state: settlement.state, reason: settlement.reason, attempts: 1, ..before };
        let found = find(world.deliveries(), expected.id).await.unwrap();
        assert_eq!(found, (expected, vec![settlement.attempt.unwrap()]));
    }
}

async fn a_skip_counts_no_attempt(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 2).await;
    let claims = claim_some(&world).await;
    for (claimed, why) in claims.into_iter().zip([SkipReason::Cancelled, SkipReason::Deactivated]) {
        let id = claimed.id;
        assert!(try_skip(&world, claimed, why).await);
        let skipped = delivery(&world, id).await;
        let reason = Some(why.to_string());
        assert_eq!((skipped.state, skipped.reason, skipped.attempts), (DeliveryState::Skipped, reason, 0));
        assert_eq!(attempts(&world, id).await, []);
    }
}

async fn counts_and_keeps_every_attempt(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let mut expected: Vec<Attempt> = Vec::new();
    for (attempt, state) in [(1, "pending"), (2, "pending"), (3, "failed")] {
        world.clock.set(at(10_000 * i64::from(attempt)));
        let claimed = claim_one(&world).await;
        let finding = replied(&world, deferred());
        assert!(record(&world, claimed, finding.clone()).await);
        expected.extend(finding.settle(attempt - 1, &POLICY, 0.0).attempt);
        let now = delivery(&world, of[0]).await;
        assert_eq!((now.attempts, now.state.status().as_str()), (attempt, state));
        assert_eq!(attempts(&world, of[0]).await, expected);
    }
    assert!(expected.iter().all(|attempt| attempt.outcome == AttemptOutcome::Deferred));
}

async fn a_deferred_delivery_is_due_later(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let finding = replied(&world, deferred());
    assert!(record(&world, claim_one(&world).await, finding.clone()).await);
    let state = finding.settle(0, &POLICY, 0.0).state;
    let DeliveryState::Pending { due_at } = state else { panic!("{state:?}") };
    assert_eq!(delivery(&world, of[0]).await.state, state);
    world.clock.set(due_at - TimeDelta::microseconds(1));
    assert_eq!(claim_some(&world).await, []);
    assert_eq!(claim_one(&world).await.id, of[0]);
}

async fn settles_one_delivery(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 3).await;
    let before = all(&world).await;
    let claims = claim_some(&world).await;
    let unknown = ClaimedDelivery { id: DeliveryId::from_stored(99), ..claims[1] };
    assert!(!try_settle(&world, unknown, accepted()).await);
    assert_eq!(all(&world).await, before);
    assert!(try_settle(&world, claims[1], accepted()).await);
    let now = all(&world).await;
    assert_eq!((&now[0], &now[2]), (&before[0], &before[2]));
    assert_ne!(now[1], before[1]);
    assert_eq!(attempts(&world, of[0]).await, []);
}

async fn an_expired_claim_that_nobody_replaced_still_holds(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    world.clock.set(claimed.until + ClaimedDelivery::LEASE);
    assert!(try_settle(&world, claimed, accepted()).await);
    assert!(delivery(&world, of[0]).await.state.delivered_at().is_some());
}

async fn a_replaced_claim_does_not_hold(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let first = claim_one(&world).await;
    world.clock.set(first.until);
    let second = claim_one(&world).await;
    let before = delivery(&world, of[0]).await;
    for reply in [accepted(), refused(), deferred()] {
        assert!(!try_settle(&world, first, reply).await);
    }
    assert!(!try_skip(&world, first, SkipReason::Cancelled).await);
    assert_eq!((delivery(&world, of[0]).await, attempts(&world, of[0]).await), (before, vec![]));
    assert_eq!(claim_some(&world).await, []);
    assert!(try_settle(&world, second, refused()).await);
    assert_eq!(delivery(&world, of[0]).await.state, DeliveryState::Failed);
}

async fn a_released_claim_does_not_hold(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    release(world.units(), std::slice::from_ref(&claimed)).await.unwrap();
    assert!(!try_settle(&world, claimed, accepted()).await);
    assert_eq!(attempts(&world, of[0]).await, []);
    claim_one(&world).await;
}

async fn settles_nothing_twice(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 4).await;
    let claims = claim_some(&world).await;
    for (claimed, reply) in claims.iter().copied().zip([accepted(), refused(), deferred()]) {
        assert!(try_settle(&world, claimed, reply).await);
    }
    assert!(try_skip(&world, claims[3], SkipReason::Cancelled).await);
    let before = all(&world).await;
    for claimed in claims {
        for reply in [accepted(), refused(), deferred()] {
            assert!(!try_settle(&world, claimed, reply).await);
        }
    }
    assert_eq!(all(&world).await, before);
    assert_eq!(attempts(&world, of[0]).await.len(), 1);
}

/// Operators may stop e-mails with plain SQL.
async fn settles_nothing_that_was_ended_with_sql(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    world.sql.execute("UPDATE deliveries SET status = 'skipped', reason = 'by hand'").await;
    assert!(!try_settle(&world, claimed, deferred()).await);
    let now = delivery(&world, of[0]).await;
    assert_eq!((now.state, now.reason.as_deref(), now.attempts), (DeliveryState::Skipped, Some("by hand"), 0));
}

async fn keeps_replies_word_for_word(database: TestDatabase) {
    let texts = ["", "  250\r\n 250 two lines ", "550 O'Reilly %_\\ \"; DROP TABLE", "551 пользователь 不存在 🙅"];
    let long = "x".repeat(100_000);
    let (world, _) = world_with_deliveries(&database, texts.len() + 1).await;
    for (claimed, text) in claim_some(&world).await.into_iter().zip(texts.into_iter().chain([long.as_str()])) {
        let id = claimed.id;
        assert!(try_settle(&world, claimed, Reply::Refused(text.to_owned())).await);
        assert_eq!(delivery(&world, id).await.reason.as_deref(), Some(text));
        assert_eq!(attempts(&world, id).await[0].answer, text);
    }
}

/// Jitter makes delays that are not whole microseconds.
async fn records_delays_of_any_length(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 10).await;
    let policy = RetryPolicy { max_attempts: NonZeroU32::new(8).unwrap() };
    for (claimed, number) in claim_some(&world).await.into_iter().zip(1_u32..) {
        let id = claimed.id;
        let (jitter, finding) = (1.0 / (f64::from(number) + 1.1), replied(&world, deferred()));
        let expected = finding.clone().settle(0, &policy, jitter).state;
        let settled = settle(world.units(), &FixedJitter(jitter), &policy, &claimed, finding).await.unwrap();
        assert_eq!(settled, Some(expected.status()));
        assert_eq!(delivery(&world, id).await.state, expected);
    }
}

/// Otherwise an e-mail that was accepted would be sent again and again.
async fn records_a_reply_with_a_nul(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    assert!(try_settle(&world, claimed, Reply::Accepted("250 ok\0".to_owned())).await);
    assert!(delivery(&world, of[0]).await.state.delivered_at().is_some());
    assert!(attempts(&world, of[0]).await[0].answer.starts_with("250 ok"));
}
