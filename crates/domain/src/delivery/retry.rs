use super::{AlreadyDelivered, Delivery, DeliveryId, DeliveryReader, DeliveryState, DeliveryStatus};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a delivery is not sent again.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    /// There is no such delivery.
    #[error("there is no such delivery")]
    NotFound,
    /// It is delivered already.
    #[error(transparent)]
    AlreadyDelivered(#[from] AlreadyDelivered),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Why deliveries are not sent again, or not all of them.
#[derive(Debug, thiserror::Error)]
pub enum RetryAllError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// How many deliveries one transaction makes pending.
const BATCH: u32 = 5_000;

/// Has a delivery sent now, as if it had never been tried. Gives it as it is then.
///
/// # Errors
/// See [`RetryError`].
pub async fn retry(
    units: &dyn UnitOfWorkFactory,
    deliveries: &dyn DeliveryReader,
    clock: &dyn Clock,
    id: DeliveryId,
) -> Result<Delivery, RetryError> {
    let unit = units.begin().await?;
    let state = unit.deliveries().find_for_retry(id).await?.ok_or(RetryError::NotFound)?;
    if let DeliveryState::Pending { due_at } = state.retry(clock.now())? {
        unit.deliveries().save_retried(id, due_at).await?;
    }
    unit.commit().await?;
    deliveries.find(id).await?.ok_or(RetryError::NotFound)
}

/// Has all deliveries of a status sent now, as if they had never been tried. Gives how many they are: none if they are delivered
/// already.
///
/// # Errors
/// See [`RetryAllError`].
pub async fn retry_all(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    status: DeliveryStatus,
) -> Result<u64, RetryAllError> {
    if status == DeliveryStatus::Delivered {
        return Ok(0);
    }
    let mut retried = 0;
    let mut after = None;
    loop {
        let unit = units.begin().await?;
        let batch = unit.deliveries().retry_batch(status, after, BATCH, clock.now()).await?;
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
    use crate::delivery::{MockDeliveryReader, MockDeliveryRepository};
    use crate::testing::{FakeUnitOfWork, a_claim, at, clock_at};

    fn in_state(state: Option<DeliveryState>) -> MockDeliveryRepository {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_find_for_retry().with(eq(a_claim().id)).times(1).returning(move |_| Ok(state));
        deliveries
    }

    #[pollster::test]
    async fn what_failed_is_due_now() {
        let mut deliveries = in_state(Some(DeliveryState::Failed));
        deliveries.expect_save_retried().with(eq(a_claim().id), eq(at(5))).times(1).returning(|_, _| Ok(()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();
        let mut reader = MockDeliveryReader::new();
        reader.expect_find().times(1).returning(|_| Ok(None));

        let _ = retry(&units, &reader, &clock_at(5), a_claim().id).await;
        assert!(units.committed());
    }

    #[pollster::test]
    async fn what_is_delivered_or_unknown_is_left_alone() {
        for state in [None, Some(DeliveryState::Delivered { at: at(1) })] {
            let mut deliveries = in_state(state);
            deliveries.expect_save_retried().never();
            let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();
            let result = retry(&units, &MockDeliveryReader::new(), &clock_at(5), a_claim().id).await;
            assert_eq!(matches!(result, Err(RetryError::NotFound)), state.is_none());
            assert_eq!(matches!(result, Err(RetryError::AlreadyDelivered(_))), state.is_some());
            assert!(!units.committed());
        }
    }
}
