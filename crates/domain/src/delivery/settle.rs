use super::{ClaimedDelivery, DeliveryStatus, Finding, Jitter, RetryPolicy};
use crate::{RepositoryError, UnitOfWorkFactory};

/// Records a finding about a claimed delivery, and returns the new status. Returns `None` and records nothing if the claim no
/// longer holds: another worker may have claimed the delivery since, and records its own finding.
///
/// The number of attempts is read from the store now, because an admin may have retried the delivery since it was claimed.
pub async fn settle(
    units: &dyn UnitOfWorkFactory,
    jitter: &dyn Jitter,
    policy: &RetryPolicy,
    claim: &ClaimedDelivery,
    finding: Finding,
) -> Result<Option<DeliveryStatus>, RepositoryError> {
    let unit = units.begin().await?;
    let Some(attempts) = unit.deliveries().find_for_settlement(claim).await? else { return Ok(None) };
    let settlement = finding.settle(attempts, policy, jitter.fraction());
    unit.deliveries().save(claim.id, &settlement).await?;
    unit.commit().await?;
    Ok(Some(settlement.state.status()))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::jitter::MockJitter;
    use crate::delivery::{MockDeliveryRepository, Reply};
    use crate::testing::{FakeUnitOfWork, a_claim, at, store_failure};

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

    fn deferred() -> Finding {
        Finding::Replied { reply: Reply::Deferred("later".into()), at: at(50) }
    }

    /// Settles a delivery with this stored number of attempts. Returns the result and whether it was committed.
    async fn settle_with(
        mut deliveries: MockDeliveryRepository,
        attempts: Option<u32>,
    ) -> (Result<Option<DeliveryStatus>, RepositoryError>, bool) {
        deliveries.expect_find_for_settlement().with(eq(a_claim())).times(1).returning(move |_| Ok(attempts));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();
        let mut jitter = MockJitter::new();
        jitter.expect_fraction().return_const(0.0);
        let result = settle(&units, &jitter, &POLICY, &a_claim(), deferred()).await;
        (result, units.committed())
    }

    #[pollster::test]
    async fn decides_by_the_stored_number_of_attempts() {
        for (attempts, status) in
            [(0, DeliveryStatus::Pending), (1, DeliveryStatus::Pending), (2, DeliveryStatus::Failed)]
        {
            let mut deliveries = MockDeliveryRepository::new();
            let expected = deferred().settle(attempts, &POLICY, 0.0);
            deliveries.expect_save().with(eq(a_claim().id), eq(expected)).times(1).returning(|_, _| Ok(()));
            let (result, committed) = settle_with(deliveries, Some(attempts)).await;
            assert_eq!((result.unwrap(), committed), (Some(status), true), "{attempts}");
        }
    }

    #[pollster::test]
    async fn records_nothing_if_the_claim_no_longer_holds() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_save().never();
        let (result, committed) = settle_with(deliveries, None).await;
        assert_eq!((result.unwrap(), committed), (None, false));
    }

    #[pollster::test]
    async fn does_not_commit_on_error() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_save().returning(|_, _| Err(store_failure()));
        let (result, committed) = settle_with(deliveries, Some(0)).await;
        assert!(result.is_err());
        assert!(!committed);
    }
}
