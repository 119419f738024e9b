//! `delivery::settle`: what became of a delivery is recorded once, by whoever holds the claim on it.

use std::num::NonZeroU32;

use chrono::TimeDelta;
use domain::Clock;
use domain::delivery::{
    Attempt, AttemptOutcome, ClaimedDelivery, Delivery, DeliveryId, DeliveryState, Reply, RetryPolicy, SkipReason,
    find, release, settle,
};
use test_support::{Suite, TestDatabase, tests};

use crate::backlog::{
    accepted, all, attempts, claim_one, claim_some, deferred, delivery, refused, settlement, try_settle,
    world_with_deliveries,
};
use crate::support::at;

pub(crate) fn suite() -> Suite {
    tests![
        each_reply_is_recorded,
        what_is_skipped_was_not_attempted,
        every_attempt_is_counted_and_kept,
        what_is_put_off_is_due_later,
        a_settlement_writes_one_delivery,
        a_claim_that_ended_and_that_nobody_took_still_counts,
        a_claim_that_another_worker_took_does_not,
        a_claim_that_was_given_back_does_not,
        what_is_settled_is_final,
        what_was_ended_by_hand_stays_so,
        answers_are_kept_word_for_word,
        what_is_put_off_for_any_time_can_be_recorded,
        an_answer_that_no_text_can_hold_is_recorded_all_the_same,
    ]
}

async fn each_reply_is_recorded(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 3).await;
    for (claimed, reply) in claim_some(&world).await.into_iter().zip([accepted(), refused(), deferred()]) {
        let before = delivery(&world, claimed.id).await;
        let found_out = settlement(&world, claimed, reply);
        assert!(settle(world.units(), &found_out).await.unwrap());
        let (state, reason) = (found_out.state, found_out.reason.clone());
        let expected = Delivery { state, reason, attempts: 1, ..before };
        let found = find(world.deliveries(), expected.id).await.unwrap();
        assert_eq!(found, (expected, vec![found_out.attempt.unwrap()]));
    }
}

async fn what_is_skipped_was_not_attempted(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 2).await;
    let claims = claim_some(&world).await;
    for (claimed, why) in claims.into_iter().zip([SkipReason::Cancelled, SkipReason::Deactivated]) {
        let id = claimed.id;
        assert!(settle(world.units(), &claimed.skipped(why)).await.unwrap());
        let skipped = delivery(&world, id).await;
        let reason = Some(why.to_string());
        assert_eq!((skipped.state, skipped.reason, skipped.attempts), (DeliveryState::Skipped, reason, 0));
        assert_eq!(attempts(&world, id).await, []);
    }
}

async fn every_attempt_is_counted_and_kept(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let mut expected: Vec<Attempt> = Vec::new();
    for (attempt, state) in [(1, "pending"), (2, "pending"), (3, "failed")] {
        world.clock.set(at(10_000 * i64::from(attempt)));
        let claimed = claim_one(&world).await;
        assert_eq!(claimed.attempts, attempt - 1);
        let found_out = settlement(&world, claimed, deferred());
        assert!(settle(world.units(), &found_out).await.unwrap());
        expected.extend(found_out.attempt);
        let now = delivery(&world, of[0]).await;
        assert_eq!((now.attempts, now.state.status().as_str()), (attempt, state));
        assert_eq!(attempts(&world, of[0]).await, expected);
    }
    assert!(expected.iter().all(|attempt| attempt.outcome == AttemptOutcome::Deferred));
}

async fn what_is_put_off_is_due_later(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let found_out = settlement(&world, claim_one(&world).await, deferred());
    assert!(settle(world.units(), &found_out).await.unwrap());
    let DeliveryState::Pending { due_at } = found_out.state else { panic!("{found_out:?}") };
    assert_eq!(delivery(&world, of[0]).await.state, found_out.state);
    world.clock.set(due_at - TimeDelta::microseconds(1));
    assert_eq!(claim_some(&world).await, []);
    assert_eq!(claim_one(&world).await.id, of[0]);
}

async fn a_settlement_writes_one_delivery(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 3).await;
    let before = all(&world).await;
    let claims = claim_some(&world).await;
    let unknown = ClaimedDelivery { id: DeliveryId::from_stored(99), ..claims[1].clone() };
    assert!(!try_settle(&world, unknown, accepted()).await);
    assert_eq!(all(&world).await, before);
    assert!(try_settle(&world, claims[1].clone(), accepted()).await);
    let now = all(&world).await;
    assert_eq!((&now[0], &now[2]), (&before[0], &before[2]));
    assert_ne!(now[1], before[1]);
    assert_eq!(attempts(&world, of[0]).await, []);
}

async fn a_claim_that_ended_and_that_nobody_took_still_counts(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    world.clock.set(claimed.until + ClaimedDelivery::LEASE);
    assert!(try_settle(&world, claimed, accepted()).await);
    assert!(delivery(&world, of[0]).await.state.delivered_at().is_some());
}

async fn a_claim_that_another_worker_took_does_not(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let first = claim_one(&world).await;
    world.clock.set(first.until);
    let second = claim_one(&world).await;
    let before = delivery(&world, of[0]).await;
    for reply in [accepted(), refused(), deferred()] {
        assert!(!try_settle(&world, first.clone(), reply).await);
    }
    assert!(!settle(world.units(), &first.skipped(SkipReason::Cancelled)).await.unwrap());
    assert_eq!((delivery(&world, of[0]).await, attempts(&world, of[0]).await), (before, vec![]));
    assert_eq!(claim_some(&world).await, []);
    assert!(try_settle(&world, second, refused()).await);
    assert_eq!(delivery(&world, of[0]).await.state, DeliveryState::Failed);
}

async fn a_claim_that_was_given_back_does_not(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    release(world.units(), std::slice::from_ref(&claimed)).await.unwrap();
    assert!(!try_settle(&world, claimed, accepted()).await);
    assert_eq!(attempts(&world, of[0]).await, []);
    claim_one(&world).await;
}

async fn what_is_settled_is_final(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 4).await;
    let claims = claim_some(&world).await;
    for (claimed, reply) in claims.iter().cloned().zip([accepted(), refused(), deferred()]) {
        assert!(try_settle(&world, claimed, reply).await);
    }
    assert!(settle(world.units(), &claims[3].clone().skipped(SkipReason::Cancelled)).await.unwrap());
    let before = all(&world).await;
    for claimed in claims {
        for reply in [accepted(), refused(), deferred()] {
            assert!(!try_settle(&world, claimed.clone(), reply).await);
        }
    }
    assert_eq!(all(&world).await, before);
    assert_eq!(attempts(&world, of[0]).await.len(), 1);
}

/// Whoever stops a mail with plain SQL need not think of claims.
async fn what_was_ended_by_hand_stays_so(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    world.sql.run("UPDATE deliveries SET status = 'skipped', reason = 'by hand'").await;
    assert!(!try_settle(&world, claimed, deferred()).await);
    let now = delivery(&world, of[0]).await;
    assert_eq!((now.state, now.reason.as_deref(), now.attempts), (DeliveryState::Skipped, Some("by hand"), 0));
}

async fn answers_are_kept_word_for_word(database: TestDatabase) {
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

/// Chance gives rests that are no whole microseconds.
async fn what_is_put_off_for_any_time_can_be_recorded(database: TestDatabase) {
    let (world, _) = world_with_deliveries(&database, 10).await;
    let policy = RetryPolicy { max_attempts: NonZeroU32::new(8).unwrap() };
    for (claimed, number) in claim_some(&world).await.into_iter().zip(1_u32..) {
        let id = claimed.id;
        let found_out = claimed.replied(deferred(), &policy, 1.0 / (f64::from(number) + 1.1), world.clock.now());
        assert!(settle(world.units(), &found_out).await.unwrap());
        assert_eq!(delivery(&world, id).await.state, found_out.state);
    }
}

/// Otherwise what the mail server took is sent over and over again.
async fn an_answer_that_no_text_can_hold_is_recorded_all_the_same(database: TestDatabase) {
    let (world, of) = world_with_deliveries(&database, 1).await;
    let claimed = claim_one(&world).await;
    assert!(try_settle(&world, claimed, Reply::Accepted("250 ok\0".to_owned())).await);
    assert!(delivery(&world, of[0]).await.state.delivered_at().is_some());
    assert!(attempts(&world, of[0]).await[0].answer.starts_with("250 ok"));
}
