use super::ClaimedAccountMail;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// How many mails to claim at once. Users wait for them, so few enough to send them at once.
const BATCH: u32 = 20;

/// Claims the next account mails that are due. No other worker can claim them until the claims expire.
pub async fn claim(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
) -> Result<Vec<ClaimedAccountMail>, RepositoryError> {
    let unit = units.begin().await?;
    let now = clock.now();
    let claims = unit.account_mails().claim_due(now, now + ClaimedAccountMail::LEASE, BATCH).await?;
    unit.commit().await?;
    Ok(claims)
}

/// Releases claims on mails that were not sent. This does not count as an attempt.
pub async fn release(units: &dyn UnitOfWorkFactory, claims: &[ClaimedAccountMail]) -> Result<(), RepositoryError> {
    let unit = units.begin().await?;
    unit.account_mails().release(claims).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account_mail::MockAccountMailRepository;
    use crate::testing::{FakeUnitOfWork, a_mail_claim, at, clock_at};

    #[pollster::test]
    async fn claims_what_is_due_and_releases_it() {
        let mut account_mails = MockAccountMailRepository::new();
        let until = at(10) + ClaimedAccountMail::LEASE;
        account_mails
            .expect_claim_due()
            .with(eq(at(10)), eq(until), eq(BATCH))
            .times(1)
            .returning(|_, _, _| Ok(vec![a_mail_claim()]));
        let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();
        assert_eq!(claim(&units, &clock_at(10)).await.unwrap(), [a_mail_claim()]);
        assert!(units.committed());

        let mut account_mails = MockAccountMailRepository::new();
        account_mails.expect_release().withf(|claims| claims == [a_mail_claim()]).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();
        release(&units, &[a_mail_claim()]).await.unwrap();
        assert!(units.committed());
    }
}
