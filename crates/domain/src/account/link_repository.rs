use async_trait::async_trait;

use super::{LinkPurpose, NewLink, TokenHash, UserId};
use crate::{RepositoryError, Timestamp};

/// Port: writes mailed links, within a unit of work. A link is deleted when it is used.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait LinkRepository: Send + Sync {
    /// Adds a link.
    async fn add(&self, link: &NewLink) -> Result<(), RepositoryError>;

    /// Returns how many links of this purpose an account got at `since` or later.
    async fn count_since(
        &self,
        user_id: UserId,
        purpose: LinkPurpose,
        since: Timestamp,
    ) -> Result<u64, RepositoryError>;

    /// Returns the account that a link of this purpose is for. Returns `None` if there is no such link, or it has expired.
    async fn find_user(
        &self,
        purpose: LinkPurpose,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, RepositoryError>;

    /// Deletes all links of this purpose for an account.
    async fn delete_all(&self, user_id: UserId, purpose: LinkPurpose) -> Result<(), RepositoryError>;
}
