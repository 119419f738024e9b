use async_trait::async_trait;

use super::{NewRefreshToken, RefreshToken, RefreshTokenHash, UserId};
use crate::{RepositoryError, Timestamp};

/// Port: writes refresh tokens, within a unit of work that has locked their account.
///
/// Revoking MUST keep the `revoked_at` of tokens that are already revoked.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait RefreshTokenRepository: Send + Sync {
    /// Adds a token that is not revoked.
    async fn add(&self, token: &NewRefreshToken) -> Result<(), RepositoryError>;

    /// Returns the token with this hash, revoked or not.
    async fn find(&self, hash: &RefreshTokenHash) -> Result<Option<RefreshToken>, RepositoryError>;

    /// Revokes one token.
    async fn revoke(&self, hash: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError>;

    /// Revokes all tokens of a family.
    async fn revoke_family(&self, family: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError>;

    /// Revokes all tokens of an account.
    async fn revoke_all(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError>;
}
