use chrono::Duration;

use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// How many rows of each kind to delete in one transaction.
const BATCH: u32 = 1_000;

/// How long settled account mails are kept, for operators.
const KEEP_MAILS: Duration = Duration::days(1);

/// What [`clean_up`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CleanedUp {
    /// It deleted a whole batch; there may be more.
    Batch,
    /// It deleted everything that can go.
    Everything,
}

/// Deletes what is of no use any more: expired sessions, refresh tokens and links, and account mails that were settled a day ago.
pub async fn clean_up(units: &dyn UnitOfWorkFactory, clock: &dyn Clock) -> Result<CleanedUp, RepositoryError> {
    let unit = units.begin().await?;
    let now = clock.now();
    let deleted = [
        unit.sessions().delete_expired(now, BATCH).await?,
        unit.sessions().delete_expired_tokens(now, BATCH).await?,
        unit.links().delete_expired(now, BATCH).await?,
        unit.account_mails().delete_settled(now - KEEP_MAILS, BATCH).await?,
    ];
    unit.commit().await?;
    Ok(if deleted.contains(&u64::from(BATCH)) { CleanedUp::Batch } else { CleanedUp::Everything })
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockLinkRepository, MockSessionRepository};
    use crate::account_mail::MockAccountMailRepository;
    use crate::testing::{FakeUnitOfWork, at, clock_at};

    #[pollster::test]
    async fn deletes_one_batch_of_each_kind() {
        for (deleted, expected) in [
            ([0, 0, 0, 0], CleanedUp::Everything),
            ([999, 999, 999, 999], CleanedUp::Everything),
            ([1000, 0, 0, 0], CleanedUp::Batch),
            ([0, 1000, 0, 0], CleanedUp::Batch),
            ([0, 0, 1000, 0], CleanedUp::Batch),
            ([0, 0, 0, 1000], CleanedUp::Batch),
        ] {
            let now = at(100_000);
            let mut sessions = MockSessionRepository::new();
            sessions.expect_delete_expired().with(eq(now), eq(1000)).times(1).returning(move |_, _| Ok(deleted[0]));
            sessions.expect_delete_expired_tokens().with(eq(now), eq(1000)).times(1).returning(move |_, _| Ok(deleted[1]));
            let mut links = MockLinkRepository::new();
            links.expect_delete_expired().with(eq(now), eq(1000)).times(1).returning(move |_, _| Ok(deleted[2]));
            let mut account_mails = MockAccountMailRepository::new();
            let day_before = at(100_000 - 86_400);
            account_mails
                .expect_delete_settled()
                .with(eq(day_before), eq(1000))
                .times(1)
                .returning(move |_, _| Ok(deleted[3]));
            let units = FakeUnitOfWork { sessions, links, account_mails, ..FakeUnitOfWork::default() }.into_factory();

            assert_eq!(clean_up(&units, &clock_at(100_000)).await.unwrap(), expected, "{deleted:?}");
            assert!(units.committed());
        }
    }
}
