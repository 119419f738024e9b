use super::FanOutProgress;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// What [`fan_out`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FannedOut {
    /// It added the deliveries of one batch of pre-bookings; there may be more.
    Batch,
    /// Nothing, because no fan-out is due.
    Nothing,
}

/// How many pre-bookings to read in one transaction.
const BATCH: u32 = 1_000;

/// Adds deliveries for the next pre-bookings that a restock notified, and saves the progress.
pub async fn fan_out(units: &dyn UnitOfWorkFactory, clock: &dyn Clock) -> Result<FannedOut, RepositoryError> {
    let unit = units.begin().await?;
    let (deliveries, now) = (unit.deliveries(), clock.now());
    let Some(progress) = deliveries.find_for_fan_out(now - FanOutProgress::FINAL_AFTER).await? else {
        return Ok(FannedOut::Nothing);
    };
    let batch = deliveries.add_batch(&progress, BATCH, now).await?;
    deliveries.save_fan_out(&progress.advanced_by(batch, clock.now())).await?;
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
    async fn commits_a_batch_together_with_the_progress() {
        let mut deliveries = finds_one();
        deliveries
            .expect_add_batch()
            .with(eq(a_fan_out()), eq(BATCH), eq(at(1000)))
            .times(1)
            .returning(|_, _, _| Ok(EMPTY));
        let advanced = a_fan_out().advanced_by(EMPTY, at(1000));
        deliveries.expect_save_fan_out().with(eq(advanced)).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(fan_out(&units, &clock_at(1000)).await.unwrap(), FannedOut::Batch);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_on_error() {
        let mut deliveries = finds_one();
        deliveries.expect_add_batch().returning(|_, _, _| Ok(EMPTY));
        deliveries.expect_save_fan_out().returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert!(matches!(fan_out(&units, &clock_at(1000)).await, Err(RepositoryError::Failed(_))));
        assert!(!units.committed());
    }

    #[pollster::test]
    async fn does_nothing_if_no_fan_out_is_due() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_find_for_fan_out().returning(|_| Ok(None));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(fan_out(&units, &clock_at(1000)).await.unwrap(), FannedOut::Nothing);
    }
}
