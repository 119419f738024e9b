use super::{SessionId, UserId};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndSessionError {
    /// The user has no such session, or it has ended.
    #[error("the user has no such session")]
    NotFound,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Ends one of a user's sessions. It takes effect at once.
pub async fn end_session(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    user_id: UserId,
    id: SessionId,
) -> Result<(), EndSessionError> {
    let unit = units.begin().await?;
    unit.users().find_for_session_change(user_id).await?;
    if !unit.sessions().end(id, user_id, clock.now()).await? {
        return Err(EndSessionError::NotFound);
    }
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockSessionRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_session, a_user, at, clock_at};

    fn units(is_ended: bool) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut sessions = MockSessionRepository::new();
        let (id, user_id) = (a_session().id, a_session().user_id);
        sessions.expect_end().with(eq(id), eq(user_id), eq(at(5))).times(1).returning(move |_, _, _| Ok(is_ended));
        FakeUnitOfWork { users, sessions, ..FakeUnitOfWork::default() }.into_factory()
    }

    async fn end_in(units: &FakeUnitOfWorkFactory) -> Result<(), EndSessionError> {
        end_session(units, &clock_at(5), a_session().user_id, a_session().id).await
    }

    #[pollster::test]
    async fn ends_a_session_of_the_user() {
        let units = units(true);
        end_in(&units).await.unwrap();
        assert!(units.committed());
    }

    #[pollster::test]
    async fn finds_no_session_that_is_another_users_or_has_ended() {
        assert!(matches!(end_in(&units(false)).await, Err(EndSessionError::NotFound)));
    }
}
