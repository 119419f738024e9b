use super::{AdminStaysActive, User, UserId};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why an account was not deactivated.
#[derive(Debug, thiserror::Error)]
pub enum DeactivateError {
    /// No account has this identifier.
    #[error("there is no such account")]
    NotFound,
    /// The account is an admin's.
    #[error(transparent)]
    AdminStaysActive(#[from] AdminStaysActive),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Deactivates an account and ends all its sessions. It takes effect at once.
pub async fn deactivate(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    id: UserId,
) -> Result<User, DeactivateError> {
    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(DeactivateError::NotFound)?.deactivate()?;
    let now = clock.now();
    unit.users().save(&user).await?;
    unit.sessions().end_all(id, None, now).await?;
    unit.audit().add(origin, &Change::of_user(Action::UserDeactivated, id), now).await?;
    unit.commit().await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockSessionRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_user, an_origin, at, clock_at, recording};

    #[pollster::test]
    async fn deactivates_the_account_and_ends_its_sessions_together() {
        let deactivated = a_user(Role::User).deactivate().unwrap();
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_save().with(eq(deactivated.clone())).times(1).returning(|_| Ok(()));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_end_all().with(eq(deactivated.id), eq(None), eq(at(5))).times(1).returning(|_, _, _| Ok(()));
        let audit = recording(Change::of_user(Action::UserDeactivated, deactivated.id), at(5));
        let units = FakeUnitOfWork { users, sessions, audit, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(deactivate(&units, &clock_at(5), &an_origin(), deactivated.id).await.unwrap(), deactivated);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_on_error() {
        for (found, is_expected) in [
            (None, (|error| matches!(error, DeactivateError::NotFound)) as fn(DeactivateError) -> bool),
            (Some(a_user(Role::Admin)), |error| matches!(error, DeactivateError::AdminStaysActive(_))),
        ] {
            let mut users = MockUserRepository::new();
            users.expect_find_for_session_change().return_once(move |_| Ok(found));
            let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();

            assert!(is_expected(
                deactivate(&units, &clock_at(5), &an_origin(), a_user(Role::User).id).await.unwrap_err()
            ));
            assert!(!units.committed());
        }
    }
}
