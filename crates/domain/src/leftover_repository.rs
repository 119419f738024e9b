use async_trait::async_trait;

use crate::{RepositoryError, Timestamp};

/// Port: deletes what is of no use any more, within a unit of work.
///
/// Each method deletes up to `limit` rows and returns their number.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait LeftoverRepository: Send + Sync {
    /// Deletes sessions that have expired, with their refresh tokens.
    async fn delete_sessions(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError>;

    /// Deletes refresh tokens that have expired.
    async fn delete_refresh_tokens(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError>;

    /// Deletes mailed links that have expired.
    async fn delete_links(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError>;

    /// Deletes account mails that are not pending and were asked for at `before` or earlier.
    async fn forget_account_mails(&self, before: Timestamp, limit: u32) -> Result<u64, RepositoryError>;
}
