use super::ClaimedDelivery;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why nothing was claimed, or given back.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// How many deliveries a worker claims at once: few enough to be sent while the claims hold.
const BATCH: u32 = 100;

/// Claims the next deliveries that are due. They are nobody else's until the claims end.
///
/// # Errors
/// See [`ClaimError`].
pub async fn claim(units: &dyn UnitOfWorkFactory, clock: &dyn Clock) -> Result<Vec<ClaimedDelivery>, ClaimError> {
    let unit = units.begin().await?;
    let now = clock.now();
    let claims = unit.deliveries().claim_due(now, now + ClaimedDelivery::LEASE, BATCH).await?;
    unit.commit().await?;
    Ok(claims)
}

/// Gives claims back. Nothing was sent, so no attempt was made.
///
/// # Errors
/// See [`ClaimError`].
pub async fn release(units: &dyn UnitOfWorkFactory, claims: &[ClaimedDelivery]) -> Result<(), ClaimError> {
    let unit = units.begin().await?;
    unit.deliveries().release(claims).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::MockDeliveryRepository;
    use crate::testing::{FakeUnitOfWork, a_claim, at, clock_at};

    #[pollster::test]
    async fn claims_hold_for_the_length_of_a_lease() {
        let mut deliveries = MockDeliveryRepository::new();
        let until = at(10) + ClaimedDelivery::LEASE;
        deliveries
            .expect_claim_due()
            .with(eq(at(10)), eq(until), eq(BATCH))
            .times(1)
            .returning(|_, _, _| Ok(vec![a_claim()]));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(claim(&units, &clock_at(10)).await.unwrap(), [a_claim()]);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn claims_are_given_back() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_release().withf(|claims| claims == [a_claim()]).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        release(&units, &[a_claim()]).await.unwrap();
        assert!(units.committed());
    }
}
