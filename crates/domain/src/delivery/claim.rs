use super::ClaimedDelivery;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// How many deliveries to claim at once: few enough to send them all before the claims expire.
const BATCH: u32 = 100;

/// Claims the next deliveries that are due. No other worker can claim them until the claims expire.
pub async fn claim(units: &dyn UnitOfWorkFactory, clock: &dyn Clock) -> Result<Vec<ClaimedDelivery>, RepositoryError> {
    let unit = units.begin().await?;
    let now = clock.now();
    let claims = unit.deliveries().claim_due(now, now + ClaimedDelivery::LEASE, BATCH).await?;
    unit.commit().await?;
    Ok(claims)
}

/// Releases claims on deliveries that were not sent. This does not count as an attempt.
pub async fn release(units: &dyn UnitOfWorkFactory, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError> {
    let unit = units.begin().await?;
    unit.deliveries().release(claims).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::delivery::MockDeliveryRepository;
    use crate::testing::{FakeUnitOfWork, a_claim, at, clock_at};

    #[pollster::test]
    async fn claims_what_is_due_for_the_length_of_a_lease() {
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
    async fn releases_claims() {
        let mut deliveries = MockDeliveryRepository::new();
        deliveries.expect_release().withf(|claims| claims == [a_claim()]).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { deliveries, ..FakeUnitOfWork::default() }.into_factory();

        release(&units, &[a_claim()]).await.unwrap();
        assert!(units.committed());
    }
}
