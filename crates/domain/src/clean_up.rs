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
        unit.leftovers().delete_sessions(now, BATCH).await?,
        unit.leftovers().delete_refresh_tokens(now, BATCH).await?,
        unit.leftovers().delete_links(now, BATCH).await?,
        unit.leftovers().forget_account_mails(now - KEEP_MAILS, BATCH).await?,
    ];
    unit.commit().await?;
    Ok(if deleted.contains(&u64::from(BATCH)) { CleanedUp::Batch } else { CleanedUp::Everything })
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::leftover_repository::MockLeftoverRepository;
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
            let mut leftovers = MockLeftoverRepository::new();
            leftovers.expect_delete_sessions().with(eq(now), eq(1000)).times(1).returning(move |_, _| Ok(deleted[0]));
            leftovers
                .expect_delete_refresh_tokens()
                .with(eq(now), eq(1000))
                .times(1)
                .returning(move |_, _| Ok(deleted[1]));
            leftovers.expect_delete_links().with(eq(now), eq(1000)).times(1).returning(move |_, _| Ok(deleted[2]));
            leftovers
                .expect_forget_account_mails()
                .with(eq(at(100_000 - 86_400)), eq(1000))
                .times(1)
                .returning(move |_, _| Ok(deleted[3]));
            let units = FakeUnitOfWork { leftovers, ..FakeUnitOfWork::default() }.into_factory();

            assert_eq!(clean_up(&units, &clock_at(100_000)).await.unwrap(), expected, "{deleted:?}");
            assert!(units.committed());
        }
    }
}
