use super::{User, UserId};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why an account was not reactivated.
#[derive(Debug, thiserror::Error)]
pub enum ReactivateError {
    /// No account has this identifier, or the account was erased.
    #[error("there is no such account")]
    NotFound,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Reactivates an account. Its old sessions stay ended.
pub async fn reactivate(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    id: UserId,
) -> Result<User, ReactivateError> {
    let unit = units.begin().await?;
    let user = unit.users().find_for_session_change(id).await?.ok_or(ReactivateError::NotFound)?;
    if user.is_erased() {
        return Err(ReactivateError::NotFound);
    }
    let user = user.reactivate();
    unit.users().save(&user).await?;
    unit.audit().add(origin, &Change::of_user(Action::UserReactivated, id), clock.now()).await?;
    unit.commit().await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_user, an_origin, at, clock_at, recording};

    #[pollster::test]
    async fn reactivates_the_account() {
        let deactivated = a_user(Role::User).deactivate().unwrap();
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().return_once(move |_| Ok(Some(deactivated)));
        users.expect_save().with(eq(a_user(Role::User))).times(1).returning(|_| Ok(()));
        let audit = recording(Change::of_user(Action::UserReactivated, a_user(Role::User).id), at(5));
        let units = FakeUnitOfWork { users, audit, ..FakeUnitOfWork::default() }.into_factory();

        assert!(reactivate(&units, &clock_at(5), &an_origin(), a_user(Role::User).id).await.unwrap().is_active);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_for_an_unknown_account() {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(|_| Ok(None));
        let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();

        assert!(matches!(
            reactivate(&units, &clock_at(5), &an_origin(), a_user(Role::User).id).await,
            Err(ReactivateError::NotFound)
        ));
        assert!(!units.committed());
    }
}
