use super::{AccessTokenError, AccountDeactivated, SessionId, SessionReader, TokenIssuer, User};
use crate::{Clock, RepositoryError};

/// Why authentication failed.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The token is invalid or has expired, its session has ended, or its account is gone.
    #[error(transparent)]
    AccessToken(#[from] AccessTokenError),
    /// The token is valid, but its account is deactivated.
    #[error(transparent)]
    Deactivated(#[from] AccountDeactivated),
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// The user of an authenticated request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticatedUser {
    /// The account.
    pub user: User,
    /// The session that the request belongs to.
    pub session_id: SessionId,
}

/// Returns the account that an access token was issued to.
///
/// Account and session are read from the store on every request: the role in the store counts, not the one in the token, and
/// deactivating an account or ending a session takes effect at once.
pub async fn authenticate(
    sessions: &dyn SessionReader,
    tokens: &dyn TokenIssuer,
    clock: &dyn Clock,
    token: &str,
) -> Result<AuthenticatedUser, AuthenticateError> {
    let now = clock.now();
    let claims = tokens.verify_access(token, now)?;
    let (session, user) = sessions.find(claims.session_id).await?.ok_or(AccessTokenError::Invalid)?;
    if user.subject != claims.subject {
        return Err(AccessTokenError::Invalid.into());
    }
    // A deactivation ends all sessions. Its user should learn of the deactivation.
    user.require_active()?;
    session.require_live(now).map_err(|_| AccessTokenError::Invalid)?;
    Ok(AuthenticatedUser { user, session_id: session.id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccessClaims, MockSessionReader, MockTokenIssuer, Role, Session, Subject};
    use crate::testing::{a_session, a_user, at, clock_at};

    async fn authenticate_as(
        verified: Result<(), AccessTokenError>,
        found: Option<(Session, User)>,
    ) -> Result<AuthenticatedUser, AuthenticateError> {
        let mut tokens = MockTokenIssuer::new();
        let claims = AccessClaims { subject: a_user(Role::User).subject, session_id: a_session().id };
        tokens.expect_verify_access().returning(move |_, _| verified.map(|()| claims.clone()));
        let mut sessions = MockSessionReader::new();
        sessions.expect_find().withf(|id| *id == a_session().id).return_once(move |_| Ok(found));
        authenticate(&sessions, &tokens, &clock_at(5), "token").await
    }

    #[pollster::test]
    async fn uses_the_role_from_the_store() {
        let authenticated = authenticate_as(Ok(()), Some((a_session(), a_user(Role::Admin)))).await.unwrap();
        assert_eq!(authenticated, AuthenticatedUser { user: a_user(Role::Admin), session_id: a_session().id });
    }

    #[pollster::test]
    async fn rejects_bad_tokens_ended_sessions_and_other_accounts() {
        let ended = Session { ended_at: Some(at(4)), ..a_session() };
        let expired = Session { expires_at: at(5), ..a_session() };
        let other = User { subject: Subject::new("another".into()), ..a_user(Role::User) };
        for found in [
            None,
            Some((ended, a_user(Role::User))),
            Some((expired, a_user(Role::User))),
            Some((a_session(), other.clone())),
            Some((a_session(), User { is_active: false, ..other })),
        ] {
            let result = authenticate_as(Ok(()), found).await;
            assert!(matches!(result, Err(AuthenticateError::AccessToken(AccessTokenError::Invalid))), "{result:?}");
        }
        for error in [AccessTokenError::Invalid, AccessTokenError::Expired] {
            let result = authenticate_as(Err(error), None).await;
            assert!(matches!(result, Err(AuthenticateError::AccessToken(shown)) if shown == error));
        }
    }

    #[pollster::test]
    async fn tells_that_an_account_is_deactivated_although_its_sessions_have_ended() {
        let ended = Session { ended_at: Some(at(4)), ..a_session() };
        let deactivated = User { is_active: false, ..a_user(Role::User) };
        let result = authenticate_as(Ok(()), Some((ended, deactivated))).await;
        assert!(matches!(result, Err(AuthenticateError::Deactivated(_))));
    }
}
