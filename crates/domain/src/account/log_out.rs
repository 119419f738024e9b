use secrecy::SecretString;

use super::TokenIssuer;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum LogOutError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Ends the session that a refresh token belongs to: its whole family is revoked. A token that is unknown or revoked
/// already has nothing to end, which is as good.
///
/// # Errors
/// See [`LogOutError`].
pub async fn log_out(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<(), LogOutError> {
    let hash = tokens.hash_refresh(token);
    let unit = units.begin().await?;
    let Some(shown) = unit.refresh_tokens().find(&hash).await? else { return Ok(()) };
    unit.users().find_for_session_change(shown.user_id).await?;
    unit.refresh_tokens().revoke_family(&shown.family, clock.now()).await?;
    Ok(unit.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockRefreshTokenRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_refresh_token, a_token_issuer, a_user, clock_at};

    #[pollster::test]
    async fn the_family_is_revoked() {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().times(1).returning(|_| Ok(Some(a_user(Role::User))));
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_find().returning(|_| Ok(Some(a_refresh_token())));
        refresh_tokens
            .expect_revoke_family()
            .withf(|family, _| *family == a_refresh_token().family)
            .times(1)
            .returning(|_, _| Ok(()));
        let units = FakeUnitOfWork { users, refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();

        log_out(&units, &a_token_issuer(), &clock_at(50), &"token".into()).await.unwrap();

        assert!(units.committed());
    }

    #[pollster::test]
    async fn an_unknown_token_is_as_good_as_logged_out() {
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_find().returning(|_| Ok(None));
        let units = FakeUnitOfWork { refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();

        log_out(&units, &a_token_issuer(), &clock_at(50), &"token".into()).await.unwrap();
    }
}
