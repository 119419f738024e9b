use super::UserId;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Ends all sessions of a user. It takes effect at once.
pub async fn log_out_everywhere(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    user_id: UserId,
) -> Result<(), RepositoryError> {
    let unit = units.begin().await?;
    unit.users().find_for_session_change(user_id).await?;
    unit.sessions().end_all(user_id, None, clock.now()).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockSessionRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_user, at, clock_at};

    #[pollster::test]
    async fn ends_all_sessions() {
        let user = a_user(Role::User);
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_end_all().with(eq(user.id), eq(None), eq(at(5))).times(1).returning(|_, _, _| Ok(()));
        let units = FakeUnitOfWork { users, sessions, ..FakeUnitOfWork::default() }.into_factory();

        log_out_everywhere(&units, &clock_at(5), user.id).await.unwrap();

        assert!(units.committed());
    }
}
