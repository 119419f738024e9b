use secrecy::SecretString;

use super::{RefreshTokenHash, User, UserId};
use crate::Timestamp;

/// A token could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be made")]
pub struct TokenIssueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why an access token proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// It is not one of ours.
    #[error("the access token is invalid")]
    Invalid,
    /// It was one of ours, until it expired.
    #[error("the access token has expired")]
    Expired,
}

/// A refresh token that was just made.
#[derive(Debug, Clone)]
pub struct IssuedRefreshToken {
    /// The token, for its owner alone.
    pub token: SecretString,
    /// What is stored of it.
    pub hash: RefreshTokenHash,
    /// From when on it is worth nothing.
    pub expires_at: Timestamp,
}

/// Port: makes tokens, and tells whether an access token is one of ours.
#[cfg_attr(test, mockall::automock)]
pub trait TokenIssuer: Send + Sync {
    /// Makes a short-lived token that proves who its bearer is.
    ///
    /// # Errors
    /// See [`TokenIssueError`].
    fn issue_access(&self, user: &User, now: Timestamp) -> Result<SecretString, TokenIssueError>;

    /// The account that an access token was issued to.
    ///
    /// MUST accept the algorithm, the issuer and the audience that it issues with and no others, and no token from the
    /// second on in which it expires.
    ///
    /// # Errors
    /// See [`AccessTokenError`].
    fn verify_access(&self, token: &str, now: Timestamp) -> Result<UserId, AccessTokenError>;

    /// Makes a token of at least 256 random bits.
    ///
    /// # Errors
    /// See [`TokenIssueError`].
    fn issue_refresh(&self, now: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError>;

    /// What is stored of a refresh token.
    fn hash_refresh(&self, token: &SecretString) -> RefreshTokenHash;
}
