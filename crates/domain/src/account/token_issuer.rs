use secrecy::SecretString;

use super::{SessionId, Subject, TokenHash, User};
use crate::Timestamp;

/// Signing a token failed, or the source of randomness did.
#[derive(Debug, thiserror::Error)]
#[error("the token could not be issued")]
pub struct TokenIssueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why an access token was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenError {
    /// The token is malformed, was not issued by this service, or its session has ended.
    #[error("the access token is invalid")]
    Invalid,
    /// The token was issued by this service, but has expired.
    #[error("the access token has expired")]
    Expired,
}

/// A new refresh token.
#[derive(Debug, Clone)]
pub struct IssuedRefreshToken {
    /// The token, to be sent to its owner and stored nowhere.
    pub token: SecretString,
    /// The hash of the token, to be stored.
    pub hash: TokenHash,
    /// When the token expires; from this moment on it is invalid.
    pub expires_at: Timestamp,
}

/// What a valid access token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The account that the token was issued to.
    pub subject: Subject,
    /// The session that the token belongs to.
    pub session_id: SessionId,
}

/// Port: issues tokens and verifies access tokens.
#[cfg_attr(test, mockall::automock)]
pub trait TokenIssuer: Send + Sync {
    /// Returns a subject of at least 128 random bits for a new account.
    fn new_subject(&self) -> Result<Subject, TokenIssueError>;

    /// Issues a short-lived token that authenticates its bearer within a session.
    fn issue_access(&self, user: &User, session: SessionId, now: Timestamp) -> Result<SecretString, TokenIssueError>;

    /// Returns what an access token says. Whether its session has ended is another question.
    ///
    /// MUST reject every algorithm, issuer and audience other than its own, and a token from the second in which it
    /// expires.
    fn verify_access(&self, token: &str, now: Timestamp) -> Result<AccessClaims, AccessTokenError>;

    /// Issues a token of at least 256 random bits.
    fn issue_refresh(&self, now: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError>;

    /// Returns the hash under which a refresh token is stored.
    fn hash_refresh(&self, token: &SecretString) -> TokenHash;
}
