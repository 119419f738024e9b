use secrecy::SecretString;

use super::{
    IssuedRefreshToken, NewRefreshToken, RefreshTokenHash, RefreshTokenRepository, TokenIssueError, TokenIssuer, User,
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

/// Issues new tokens to a user. Without a `family` the refresh token starts a new one.
pub(super) async fn sign_in(
    refresh_tokens: &dyn RefreshTokenRepository,
    tokens: &dyn TokenIssuer,
    user: &User,
    family: Option<RefreshTokenHash>,
    now: Timestamp,
) -> Result<Tokens, SignInError> {
    let access_token = tokens.issue_access(user, now)?;
    let IssuedRefreshToken { token, hash, expires_at } = tokens.issue_refresh(now)?;
    let family = family.unwrap_or_else(|| hash.clone());
    refresh_tokens.add(&NewRefreshToken { user_id: user.id, hash, family, created_at: now, expires_at }).await?;
    Ok(Tokens { access_token, refresh_token: token })
}
