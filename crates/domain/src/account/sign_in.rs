use secrecy::SecretString;

use super::{
    IssuedRefreshToken, NewRefreshToken, RefreshTokenHash, RefreshTokenRepository, TokenIssueError, TokenIssuer, User,
};
use crate::{RepositoryError, Timestamp};

/// What a signed-in user holds.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Proves who they are, for a short time.
    pub access_token: SecretString,
    /// Buys new tokens, once.
    pub refresh_token: SecretString,
}

/// Why a session was not started or continued.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignInError {
    #[error(transparent)]
    TokenIssue(#[from] TokenIssueError),
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Gives a user new tokens. Without a `family` the refresh token begins one of its own.
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

/// Lets `?` turn a [`SignInError`] into the error of a use case that has both of its variants.
macro_rules! from_sign_in_error {
    ($error:ty) => {
        impl From<$crate::account::sign_in::SignInError> for $error {
            fn from(error: $crate::account::sign_in::SignInError) -> Self {
                match error {
                    $crate::account::sign_in::SignInError::TokenIssue(error) => Self::TokenIssue(error),
                    $crate::account::sign_in::SignInError::Repository(error) => Self::Repository(error),
                }
            }
        }
    };
}
pub(super) use from_sign_in_error;
