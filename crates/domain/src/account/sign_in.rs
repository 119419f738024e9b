use secrecy::SecretString;

use super::{
    Client, IssuedRefreshToken, NewRefreshToken, NewSession, Session, SessionRepository, TokenIssueError, TokenIssuer,
    User,
};
use crate::{RepositoryError, Timestamp};

/// The tokens of a signed-in user.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Authenticates requests, for minutes.
    pub access_token: SecretString,
    /// Can be exchanged for new tokens, once.
    pub refresh_token: SecretString,
}

/// Why a user was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The tokens could not be issued.
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Opens a session for a user whose account is locked. Surplus sessions of the account are deleted.
pub(super) async fn open_session(
    sessions: &dyn SessionRepository,
    tokens: &dyn TokenIssuer,
    user: &User,
    client: Client,
    now: Timestamp,
) -> Result<Tokens, SignInError> {
    let IssuedRefreshToken { token, hash, expires_at } = tokens.issue_refresh(now)?;
    let expires_at = expires_at.min(now + Session::MAX_AGE);
    sessions.delete_surplus(user.id, Session::MAX_PER_USER - 1).await?;
    let session_id = sessions.add(&NewSession { user_id: user.id, created_at: now, expires_at, client }).await?;
    sessions.add_token(&NewRefreshToken { session_id, hash, created_at: now, expires_at }).await?;
    Ok(Tokens { access_token: tokens.issue_access(user, session_id, now)?, refresh_token: token })
}

/// Continues a session whose refresh token was just used.
pub(super) async fn continue_session(
    sessions: &dyn SessionRepository,
    tokens: &dyn TokenIssuer,
    user: &User,
    session: Session,
    now: Timestamp,
) -> Result<Tokens, SignInError> {
    let IssuedRefreshToken { token, hash, expires_at } = tokens.issue_refresh(now)?;
    let session = session.renew(expires_at, now);
    sessions.save_renewed(&session).await?;
    let new = NewRefreshToken { session_id: session.id, hash, created_at: now, expires_at: session.expires_at };
    sessions.add_token(&new).await?;
    Ok(Tokens { access_token: tokens.issue_access(user, session.id, now)?, refresh_token: token })
}
