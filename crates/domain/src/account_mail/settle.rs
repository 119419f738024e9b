use super::ClaimedAccountMail;
use crate::delivery::{DeliveryStatus, Finding, Jitter, RetryPolicy};
use crate::{RepositoryError, UnitOfWorkFactory};

/// Records a finding about a claimed account mail, and returns the new status. Returns `None` and records nothing if the claim no
/// longer holds.
pub async fn settle(
    units: &dyn UnitOfWorkFactory,
    jitter: &dyn Jitter,
    policy: &RetryPolicy,
    claim: &ClaimedAccountMail,
    finding: Finding,
) -> Result<Option<DeliveryStatus>, RepositoryError> {
    let unit = units.begin().await?;
    let Some(attempts) = unit.account_mails().find_for_settlement(claim).await? else { return Ok(None) };
    let settlement = finding.settle(attempts, policy, jitter.fraction());
    unit.account_mails().save(claim.id, &settlement).await?;
    unit.commit().await?;
    Ok(Some(settlement.state.status()))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use mockall::predicate::eq;

    use super::*;
    use crate::account_mail::MockAccountMailRepository;
    use crate::delivery::{Reply, SkipReason};
    use crate::testing::{FakeUnitOfWork, a_mail_claim, at};

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

    struct NoJitter;

    impl Jitter for NoJitter {
        fn fraction(&self) -> f64 {
            0.0
        }
    }

    #[pollster::test]
    async fn settles_by_the_rules_of_deliveries() {
        let deferred = Finding::Replied { reply: Reply::Deferred("later".into()), at: at(50) };
        for (finding, attempts) in [(deferred, 1), (Finding::Skipped(SkipReason::NoAccount), 1)] {
            let expected = finding.clone().settle(attempts, &POLICY, 0.0);
            let mut account_mails = MockAccountMailRepository::new();
            account_mails.expect_find_for_settlement().with(eq(a_mail_claim())).returning(move |_| Ok(Some(attempts)));
            account_mails
                .expect_save()
                .with(eq(a_mail_claim().id), eq(expected.clone()))
                .times(1)
                .returning(|_, _| Ok(()));
            let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();
            let settled = settle(&units, &NoJitter, &POLICY, &a_mail_claim(), finding).await.unwrap();
            assert_eq!(settled, Some(expected.state.status()));
            assert!(units.committed());
        }
    }

    #[pollster::test]
    async fn records_nothing_without_the_claim() {
        let mut account_mails = MockAccountMailRepository::new();
        account_mails.expect_find_for_settlement().returning(|_| Ok(None));
        let units = FakeUnitOfWork { account_mails, ..FakeUnitOfWork::default() }.into_factory();
        let finding = Finding::Skipped(SkipReason::NoAccount);
        assert_eq!(settle(&units, &NoJitter, &POLICY, &a_mail_claim(), finding).await.unwrap(), None);
        assert!(!units.committed());
    }
}
