use serde_json::json;

use super::{AlreadyDelivered, Delivery, DeliveryId, DeliveryReader, DeliveryStatus};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a delivery was not retried.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    /// No delivery has this identifier.
    #[error("there is no such delivery")]
    NotFound,
    /// The e-mail is already delivered.
    #[error(transparent)]
    AlreadyDelivered(#[from] AlreadyDelivered),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// How many deliveries one transaction makes pending.
const BATCH: u32 = 5_000;

/// Makes a delivery due now, as if it had never been tried, and returns it.
pub async fn retry(
    units: &dyn UnitOfWorkFactory,
    deliveries: &dyn DeliveryReader,
    clock: &dyn Clock,
    origin: &Origin,
    id: DeliveryId,
) -> Result<Delivery, RetryError> {
    let unit = units.begin().await?;
    let state = unit.deliveries().find_for_retry(id).await?.ok_or(RetryError::NotFound)?;
    state.status().require_retryable()?;
    let now = clock.now();
    unit.deliveries().save_retried(id, now).await?;
    let change = Change::other(Action::DeliveryRetried, json!({ "delivery_id": id.get() }));
    unit.audit().add(origin, &change, now).await?;
    unit.commit().await?;
    deliveries.find(id).await?.ok_or(RetryError::NotFound)
}

/// Makes all deliveries with a status due now, as if they had never been tried, and returns their number.
///
/// Leaves alone what is delivered, and what was skipped for any reason that is not
/// [temporary](super::SkipReason::TEMPORARY): users are not told too late, or about a book that they no longer wait for.
pub async fn retry_all(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    status: DeliveryStatus,
) -> Result<u64, RepositoryError> {
    if status.require_retryable().is_err() {
        return Ok(0);
    }
    let mut retried = 0;
    let mut after = None;
    loop {
        let unit = units.begin().await?;
        let now = clock.now();
        let batch = unit.deliveries().retry_batch(status, after, BATCH, now).await?;
        if batch.retried > 0 {
            let details = json!({ "status": status.as_str(), "retried": batch.retried });
            unit.audit().add(origin, &Change::other(Action::DeliveryRetried, details), now).await?;
        }
        unit.commit().await?;
        retried += batch.retried;
        after = batch.next;
        if after.is_none() {
            return Ok(retried);
        }
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::{DeliveryState, MockDeliveryReader, MockDeliveryRepository, RetriedBatch};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_delivery, an_origin, at, clock_at, recording};

    fn in_state(state: Option<DeliveryState>) -> MockDeliveryRepository {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_find_for_retry().with(eq(a_delivery().id)).times(1).returning(move |_| Ok(state));
        deliveries
    }

    #[pollster::test]
    async fn retry_makes_a_failed_delivery_due_now() {
        let mut deliveries = in_state(Some(DeliveryState::Failed));
        deliveries.expect_save_retried().with(eq(a_delivery().id), eq(at(5))).times(1).returning(|_, _| Ok(()));
        let details = json!({ "delivery_id": a_delivery().id.get() });
        let audit = recording(Change::other(Action::DeliveryRetried, details), at(5));
        let units = FakeUnitOfWork { deliveries, audit, ..FakeUnitOfWork::default() }.into_factory();
        let mut reader = MockDeliveryReader::new();
        reader.expect_find().with(eq(a_delivery().id)).times(1).returning(|_| Ok(Some(a_delivery())));

        assert_eq!(retry(&units, &reader, &clock_at(5), &an_origin(), a_delivery().id).await.unwrap(), a_delivery());
        assert!(units.committed());
    }

    #[pollster::test]
    async fn retry_changes_nothing_if_the_delivery_is_delivered_or_unknown() {
        for state in [None, Some(DeliveryState::Delivered { at: at(1) })] {
            let mut deliveries = in_state(state);
            deliveries.expect_save_retried().never();
            let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();
            let result = retry(&units, &MockDeliveryReader::new(), &clock_at(5), &an_origin(), a_delivery().id).await;
            assert_eq!(matches!(result, Err(RetryError::NotFound)), state.is_none());
            assert_eq!(matches!(result, Err(RetryError::AlreadyDelivered(_))), state.is_some());
            assert!(!units.committed());
        }
    }

    #[pollster::test]
    async fn retry_all_commits_batch_after_batch_and_counts_them() {
        let last = Some(a_delivery().id);
        let units = FakeUnitOfWorkFactory::of([(None, 5_000, last), (last, 7, None)].map(|(after, retried, next)| {
            let mut deliveries = MockDeliveryRepository::new();
            deliveries
                .expect_retry_batch()
                .with(eq(DeliveryStatus::Failed), eq(after), eq(BATCH), eq(at(5)))
                .times(1)
                .returning(move |_, _, _, _| Ok(RetriedBatch { retried, next }));
            let details = json!({ "status": "failed", "retried": retried });
            let audit = recording(Change::other(Action::DeliveryRetried, details), at(5));
            FakeUnitOfWork { deliveries, audit, ..FakeUnitOfWork::default() }
        }));

        assert_eq!(retry_all(&units, &clock_at(5), &an_origin(), DeliveryStatus::Failed).await.unwrap(), 5_007);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn retry_all_leaves_delivered_ones_alone() {
        let units = FakeUnitOfWork::default().into_factory();
        assert_eq!(retry_all(&units, &clock_at(5), &an_origin(), DeliveryStatus::Delivered).await.unwrap(), 0);
        assert!(!units.began());
    }
}
