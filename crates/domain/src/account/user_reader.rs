use async_trait::async_trait;

use super::{Credentials, Email, User, UserId, UserQuery};
use crate::{Page, RepositoryError};

/// Port: reads accounts, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UserReader: Send + Sync {
    /// Returns the account with this identifier.
    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// Returns the account with this address and the hash of its password.
    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, RepositoryError>;

    /// Returns one page of the accounts that match, newest first, and the number of all that match.
    async fn list(&self, query: &UserQuery) -> Result<Page<User>, RepositoryError>;
}
