use async_trait::async_trait;

use super::{Credentials, Email, User, UserId, UserQuery};
use crate::{Page, RepositoryError};

/// Port: reads accounts, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UserReader: Send + Sync {
    /// The account with this identifier, in one round trip: every signed-in request asks.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// The account of this address, and what proves that somebody is its owner.
    ///
    /// # Errors
    /// The store failed.
    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, RepositoryError>;

    /// One page of the accounts that match, newest first, and the number of all that match.
    ///
    /// # Errors
    /// The store failed.
    async fn list(&self, query: &UserQuery) -> Result<Page<User>, RepositoryError>;
}
