use secrecy::SecretString;

use super::{RefreshToken, TokenIssuer};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Ends the session that a refresh token belongs to. Does nothing if the token is unknown or the session has ended.
pub async fn log_out(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<(), RepositoryError> {
    let hash = tokens.hash_refresh(token);
    let unit = units.begin().await?;
    let Some(RefreshToken { session, .. }) = unit.sessions().find_token(&hash).await? else { return Ok(()) };
    unit.users().find_for_session_change(session.user_id).await?;
    unit.sessions().end(session.id, session.user_id, clock.now()).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockSessionRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_refresh_token, a_session, a_token_issuer, a_user, at, clock_at};

    #[pollster::test]
    async fn ends_the_session() {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut sessions = MockSessionRepository::new();
        sessions.expect_find_token().returning(|_| Ok(Some(a_refresh_token())));
        sessions
            .expect_end()
            .with(eq(a_session().id), eq(a_session().user_id), eq(at(50)))
            .times(1)
            .returning(|_, _, _| Ok(true));
        let units = FakeUnitOfWork { users, sessions, ..FakeUnitOfWork::default() }.into_factory();

        log_out(&units, &a_token_issuer(), &clock_at(50), &"token".into()).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn accepts_an_unknown_token() {
        let mut sessions = MockSessionRepository::new();
        sessions.expect_find_token().returning(|_| Ok(None));
        let units = FakeUnitOfWork { sessions, ..FakeUnitOfWork::default() }.into_factory();

        log_out(&units, &a_token_issuer(), &clock_at(50), &"token".into()).await.unwrap();
    }
}
