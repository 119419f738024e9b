use super::Settlement;
use crate::{RepositoryError, UnitOfWorkFactory};

/// Why what was found out about a delivery is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The store failed. As long as the claim holds it can be tried again.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Records what was found out about a delivery. Answers whether the claim still held; if not, whoever claimed it since records
/// what they find out.
///
/// # Errors
/// See [`SettleError`].
pub async fn settle(units: &dyn UnitOfWorkFactory, settlement: &Settlement) -> Result<bool, SettleError> {
    let unit = units.begin().await?;
    let held = unit.deliveries().save(settlement).await?;
    unit.commit().await?;
    Ok(held)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::{MockDeliveryRepository, SkipReason};
    use crate::testing::{FakeUnitOfWork, a_claim, store_failure};

    #[pollster::test]
    async fn what_was_found_out_is_committed() {
        let settlement = a_claim().skipped(SkipReason::Cancelled);
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_save().with(eq(settlement.clone())).times(1).returning(|_| Ok(true));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert!(settle(&units, &settlement).await.unwrap());
        assert!(units.committed());
    }

    #[pollster::test]
    async fn a_failure_commits_nothing() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_save().returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert!(settle(&units, &a_claim().skipped(SkipReason::Cancelled)).await.is_err());
        assert!(!units.committed());
    }
}
