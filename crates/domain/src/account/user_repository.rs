use async_trait::async_trait;

use super::{NewUser, User, UserId};
use crate::RepositoryError;

/// Port: writes accounts, within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Adds an account. `None` if its address has one already; then nothing is added.
    ///
    /// # Errors
    /// The store failed.
    async fn add(&self, user: &NewUser) -> Result<Option<User>, RepositoryError>;

    /// The account with this identifier, locked until the unit of work ends against every other change of its sessions
    /// or its activity. Whoever changes either locks the account first, and reads what it decides on after that.
    ///
    /// MUST show what was committed last when the lock is held, and MUST let placements go on meanwhile.
    ///
    /// # Errors
    /// The store failed, or the lock was not to be had in time.
    async fn find_for_session_change(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// Writes an account's role and whether it is active.
    ///
    /// # Errors
    /// The store failed.
    async fn save(&self, user: &User) -> Result<(), RepositoryError>;
}
