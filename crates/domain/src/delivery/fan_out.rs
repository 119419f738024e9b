use super::FanOutProgress;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why no deliveries were made.
#[derive(Debug, thiserror::Error)]
pub enum FanOutError {
    /// The store failed; the next call goes on where the last one ended.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// What a call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FannedOut {
    /// It made the deliveries of a batch of pre-bookings; there may be more.
    Batch,
    /// No restock has its turn.
    Nothing,
}

/// How many pre-bookings one transaction walks over.
const BATCH: u32 = 1_000;

/// Makes deliveries for the next pre-bookings that a restock notified, and remembers how far it is.
///
/// # Errors
/// See [`FanOutError`].
pub async fn fan_out(units: &dyn UnitOfWorkFactory, clock: &dyn Clock) -> Result<FannedOut, FanOutError> {
    let now = clock.now();
    let unit = units.begin().await?;
    let deliveries = unit.deliveries();
    let Some(progress) = deliveries.find_for_fan_out(now - FanOutProgress::FINAL_AFTER).await? else {
        return Ok(FannedOut::Nothing);
    };
    let batch = deliveries.add_batch(&progress, BATCH, now).await?;
    deliveries.save_fan_out(&progress.behind(batch)).await?;
    unit.commit().await?;
    Ok(FannedOut::Batch)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::{DeliveryBatch, MockDeliveryRepository};
    use crate::testing::{FakeUnitOfWork, a_fan_out, at, clock_at, store_failure};

    const EMPTY: DeliveryBatch = DeliveryBatch { last: None, is_full: false };

    fn finds_one() -> MockDeliveryRepository {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_find_for_fan_out().with(eq(at(940))).times(1).returning(|_| Ok(Some(a_fan_out())));
        deliveries
    }

    #[pollster::test]
    async fn a_batch_and_its_end_are_committed_together() {
        let mut deliveries = finds_one();
        deliveries
            .expect_add_batch()
            .with(eq(a_fan_out()), eq(BATCH), eq(at(1000)))
            .times(1)
            .returning(|_, _, _| Ok(EMPTY));
        deliveries.expect_save_fan_out().with(eq(a_fan_out().behind(EMPTY))).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(fan_out(&units, &clock_at(1000)).await.unwrap(), FannedOut::Batch);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn a_failure_commits_nothing() {
        let mut deliveries = finds_one();
        deliveries.expect_add_batch().returning(|_, _, _| Ok(EMPTY));
        deliveries.expect_save_fan_out().returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert!(matches!(fan_out(&units, &clock_at(1000)).await, Err(FanOutError::Repository(_))));
        assert!(!units.committed());
    }

    #[pollster::test]
    async fn without_a_restock_there_is_nothing_to_do() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_find_for_fan_out().returning(|_| Ok(None));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(fan_out(&units, &clock_at(1000)).await.unwrap(), FannedOut::Nothing);
    }
}
