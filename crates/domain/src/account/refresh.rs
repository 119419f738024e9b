use secrecy::SecretString;

use super::sign_in::{SignInError, sign_in};
use super::{RefreshDecision, TokenIssuer, Tokens, UserId};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// The outcome of a refresh. Both outcomes are committed.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The session continues with new tokens.
    Refreshed(Tokens),
    /// The token was used before, so its whole family was revoked. Names the account. Callers MUST refuse the request.
    Reused(UserId),
}

/// Why the refresh failed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is unknown or has expired, or its account is deactivated.
    #[error("the refresh token is invalid")]
    Invalid,
    /// The new tokens could not be issued or written.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Exchanges a refresh token for new tokens of its family. Of two refreshes with the same token, at most one succeeds.
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
    // Read again: another refresh may have used the token before the lock was held.
    let shown = refresh_tokens.find(&hash).await?.ok_or(RefreshError::Invalid)?;
    let now = clock.now();
    let refreshed = match shown.decide(&owner, now) {
        RefreshDecision::Rotate => {
            refresh_tokens.revoke(&hash, now).await?;
            Refreshed::Refreshed(sign_in(refresh_tokens, tokens, &owner, Some(shown.family), now).await?)
        }
        RefreshDecision::RevokeFamily => {
            refresh_tokens.revoke_family(&shown.family, now).await?;
            Refreshed::Reused(owner.id)
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
    async fn exchanges_a_token_for_one_of_the_same_family() {
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
    async fn commits_that_a_reused_token_revokes_its_family() {
        let mut refresh_tokens = finding(Some(RefreshToken { revoked_at: Some(at(40)), ..a_refresh_token() }));
        refresh_tokens
            .expect_revoke_family()
            .withf(|family, now| *family == a_refresh_token().family && *now == at(50))
            .times(1)
            .returning(|_, _| Ok(()));
        let units = units_with(a_user(Role::User), refresh_tokens);

        assert!(matches!(refresh_in(&units).await, Ok(Refreshed::Reused(of)) if of == a_user(Role::User).id));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_on_error() {
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
