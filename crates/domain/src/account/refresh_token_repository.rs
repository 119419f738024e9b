use async_trait::async_trait;

use super::{NewRefreshToken, RefreshToken, RefreshTokenHash, UserId};
use crate::{RepositoryError, Timestamp};

/// Port: writes refresh tokens, within a unit of work whose account is locked. What was revoked before keeps its time.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait RefreshTokenRepository: Send + Sync {
    /// Adds a token.
    ///
    /// # Errors
    /// The store failed.
    async fn add(&self, token: &NewRefreshToken) -> Result<(), RepositoryError>;

    /// The token with this hash.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, hash: &RefreshTokenHash) -> Result<Option<RefreshToken>, RepositoryError>;

    /// Revokes one token.
    ///
    /// # Errors
    /// The store failed.
    async fn revoke(&self, hash: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError>;

    /// Revokes all tokens of a family.
    ///
    /// # Errors
    /// The store failed.
    async fn revoke_family(&self, family: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError>;

    /// Revokes all tokens of an account.
    ///
    /// # Errors
    /// The store failed.
    async fn revoke_all(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError>;
}
