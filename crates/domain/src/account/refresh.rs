use secrecy::SecretString;

use super::sign_in::{from_sign_in_error, sign_in};
use super::{RefreshDecision, TokenIssueError, TokenIssuer, Tokens};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// What became of a refresh.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The session goes on with new tokens.
    Refreshed(Tokens),
    /// The token was used before. Its whole family is revoked, and that is committed: a refusal that leaves a trace.
    Reused,
}

/// Why a session was not refreshed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is unknown, expired, or of a deactivated account.
    #[error("the refresh token is invalid")]
    Invalid,
    /// The tokens were not made.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}
from_sign_in_error!(RefreshError);

/// Exchanges a refresh token for new tokens of its family. Of two refreshes with one token at most one succeeds.
///
/// # Errors
/// See [`RefreshError`].
pub async fn refresh(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<Refreshed, RefreshError> {
    let hash = tokens.hash_refresh(token);
    let unit = units.begin().await?;
    let refresh_tokens = unit.refresh_tokens();
    let owner_id = refresh_tokens.find(&hash).await?.ok_or(RefreshError::Invalid)?.user_id;
    let owner = unit.users().find_for_session_change(owner_id).await?.ok_or(RefreshError::Invalid)?;
    // Read again, now that nobody else can use it meanwhile.
    let shown = refresh_tokens.find(&hash).await?.ok_or(RefreshError::Invalid)?;
    let now = clock.now();
    let refreshed = match shown.decide(&owner, now) {
        RefreshDecision::Rotate => {
            refresh_tokens.revoke(&hash, now).await?;
            Refreshed::Refreshed(sign_in(refresh_tokens, tokens, &owner, Some(shown.family), now).await?)
        }
        RefreshDecision::RevokeFamily => {
            refresh_tokens.revoke_family(&shown.family, now).await?;
            Refreshed::Reused
        }
        RefreshDecision::Refuse => return Err(RefreshError::Invalid),
    };
    unit.commit().await?;
    Ok(refreshed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{MockRefreshTokenRepository, MockUserRepository, RefreshToken, Role, User};
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_refresh_token, a_token_issuer, a_user, at, clock_at,
    };

    fn finding(token: Option<RefreshToken>) -> MockRefreshTokenRepository {
        let mut refresh_tokens = MockRefreshTokenRepository::new();
        refresh_tokens.expect_find().returning(move |_| Ok(token.clone()));
        refresh_tokens
    }

    fn units_with(owner: User, refresh_tokens: MockRefreshTokenRepository) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(move |_| Ok(Some(owner.clone())));
        FakeUnitOfWork { users, refresh_tokens, ..FakeUnitOfWork::default() }.into_factory()
    }

    async fn refresh_in(units: &FakeUnitOfWorkFactory) -> Result<Refreshed, RefreshError> {
        refresh(units, &a_token_issuer(), &clock_at(50), &"token".into()).await
    }

    #[pollster::test]
    async fn a_token_is_exchanged_for_one_of_its_family() {
        let mut refresh_tokens = finding(Some(a_refresh_token()));
        refresh_tokens.expect_revoke().times(1).returning(|_, _| Ok(()));
        refresh_tokens
            .expect_add()
            .withf(|token| token.family == a_refresh_token().family && token.hash != token.family)
            .times(1)
            .returning(|_| Ok(()));
        let units = units_with(a_user(Role::User), refresh_tokens);

        assert!(matches!(refresh_in(&units).await, Ok(Refreshed::Refreshed(_))));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn a_reused_token_revokes_its_family_and_that_is_committed() {
        let mut refresh_tokens = finding(Some(RefreshToken { revoked_at: Some(at(40)), ..a_refresh_token() }));
        refresh_tokens
            .expect_revoke_family()
            .withf(|family, now| *family == a_refresh_token().family && *now == at(50))
            .times(1)
            .returning(|_, _| Ok(()));
        let units = units_with(a_user(Role::User), refresh_tokens);

        assert!(matches!(refresh_in(&units).await, Ok(Refreshed::Reused)));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn an_error_never_commits() {
        let expired = RefreshToken { expires_at: at(50), ..a_refresh_token() };
        let deactivated = User { is_active: false, ..a_user(Role::User) };
        for units in [
            units_with(a_user(Role::User), finding(None)),
            units_with(a_user(Role::User), finding(Some(expired))),
            units_with(deactivated, finding(Some(a_refresh_token()))),
        ] {
            assert!(matches!(refresh_in(&units).await, Err(RefreshError::Invalid)));
            assert!(!units.committed());
        }
    }
}
