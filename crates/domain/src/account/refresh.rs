use secrecy::SecretString;

use super::sign_in::{SignInError, continue_session};
use super::{RefreshDecision, TokenIssuer, Tokens, UserId};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// The outcome of a refresh. Both outcomes are committed.
#[derive(Debug, Clone)]
pub enum Refreshed {
    /// The session continues with new tokens.
    Refreshed(Tokens),
    /// The token was used before, so its session was ended. Names the account. Callers MUST refuse the request.
    Reused(UserId),
}

/// Why the refresh failed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is unknown or has expired, its session is too old, or its account is deactivated.
    #[error("the refresh token is invalid")]
    Invalid,
    /// The new tokens could not be issued or written.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Exchanges a refresh token for new tokens of its session. Of two refreshes with the same token, at most one succeeds.
pub async fn refresh(
    units: &dyn UnitOfWorkFactory,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &SecretString,
) -> Result<Refreshed, RefreshError> {
    let hash = tokens.hash_refresh(token);
    let unit = units.begin().await?;
    let sessions = unit.sessions();
    let owner_id = sessions.find_token(&hash).await?.ok_or(RefreshError::Invalid)?.session.user_id;
    let owner = unit.users().find_for_session_change(owner_id).await?.ok_or(RefreshError::Invalid)?;
    // Read again: another refresh may have used the token before the lock was held.
    let shown = sessions.find_token(&hash).await?.ok_or(RefreshError::Invalid)?;
    let now = clock.now();
    let refreshed = match shown.decide(&owner, now) {
        RefreshDecision::Rotate => {
            sessions.save_used(&hash, now).await?;
            Refreshed::Refreshed(continue_session(sessions, tokens, &owner, shown.session, now).await?)
        }
        RefreshDecision::EndSession => {
            sessions.end(shown.session.id, owner_id, now).await?;
            Refreshed::Reused(owner_id)
        }
        RefreshDecision::Refuse => return Err(RefreshError::Invalid),
    };
    unit.commit().await?;
    Ok(refreshed)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockSessionRepository, MockUserRepository, RefreshToken, Role, User};
    use crate::testing::{
        FakeUnitOfWork, FakeUnitOfWorkFactory, a_refresh_token, a_session, a_token_issuer, a_user, at, clock_at,
    };

    fn finding(token: Option<RefreshToken>) -> MockSessionRepository {
        let mut sessions = MockSessionRepository::new();
        sessions.expect_find_token().returning(move |_| Ok(token.clone()));
        sessions
    }

    fn units_with(owner: User, sessions: MockSessionRepository) -> FakeUnitOfWorkFactory {
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().returning(move |_| Ok(Some(owner.clone())));
        FakeUnitOfWork { users, sessions, ..FakeUnitOfWork::default() }.into_factory()
    }

    async fn refresh_in(units: &FakeUnitOfWorkFactory) -> Result<Refreshed, RefreshError> {
        refresh(units, &a_token_issuer(), &clock_at(50), &"token".into()).await
    }

    #[pollster::test]
    async fn exchanges_a_token_for_one_of_the_same_session() {
        let mut sessions = finding(Some(a_refresh_token()));
        sessions.expect_save_used().times(1).returning(|_, _| Ok(()));
        let renewed = a_session().renew(at(9000), at(50));
        sessions.expect_save_renewed().with(eq(renewed)).times(1).returning(|_| Ok(()));
        sessions
            .expect_add_token()
            .withf(move |token| token.session_id == renewed.id && token.expires_at == renewed.expires_at)
            .times(1)
            .returning(|_| Ok(()));
        let units = units_with(a_user(Role::User), sessions);

        assert!(matches!(refresh_in(&units).await, Ok(Refreshed::Refreshed(_))));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn commits_that_a_reused_token_ends_its_session() {
        let mut sessions = finding(Some(RefreshToken { used_at: Some(at(40)), ..a_refresh_token() }));
        let session = a_session();
        sessions
            .expect_end()
            .with(eq(session.id), eq(session.user_id), eq(at(50)))
            .times(1)
            .returning(|_, _, _| Ok(true));
        let units = units_with(a_user(Role::User), sessions);

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
