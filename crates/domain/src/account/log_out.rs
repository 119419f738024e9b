use secrecy::SecretString;

use super::TokenIssuer;
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Ends the session that a refresh token belongs to, by revoking the token's whole family. Does nothing if the token is
/// unknown or already revoked.
pub async fn log_out(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<(), RepositoryError> {
    let hash = tokens.hash_refresh(token);
    let unit = units.begin().await?;
    let Some(shown) = unit.refresh_tokens().find(&hash).await? else { return Ok(()) };
    unit.users().find_for_session_change(shown.user_id).await?;
    unit.refresh_tokens().revoke_family(&shown.family, clock.now()).await?;
    unit.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockRefreshTokenRepository, MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_refresh_token, a_token_issuer, a_user, clock_at};

    #[pollster::test]
    async fn revokes_the_whole_family() {
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
    async fn accepts_an_unknown_token() {
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_find().returning(|_| Ok(None));
        let units = FakeUnitOfWork { refresh_tokens, ..FakeUnitOfWork::default() }.into_factory();

        log_out(&units, &a_token_issuer(), &clock_at(50), &"token".into()).await.unwrap();
    }
}
