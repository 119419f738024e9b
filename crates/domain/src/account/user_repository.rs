use async_trait::async_trait;

use super::{NewUser, PasswordHash, User, UserId};
use crate::RepositoryError;

/// Port: writes accounts, within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Adds an account. Returns `None` and adds nothing if another account has its address.
    async fn add(&self, user: &NewUser) -> Result<Option<User>, RepositoryError>;

    /// Locks and returns the account with this identifier. The lock holds until the unit of work ends.
    ///
    /// Every change of an account's sessions, password, role or activity takes this lock first, and only then reads what it
    /// decides on. The returned account MUST be as it was last committed when the lock was taken. The lock MUST NOT
    /// block placements.
    ///
    /// # Errors
    /// The store failed, or did not get the lock in time.
    async fn find_for_session_change(&self, id: UserId) -> Result<Option<User>, RepositoryError>;

    /// Writes an account that was read under the lock. Only its identifier and when it was added stay as they are.
    async fn save(&self, user: &User) -> Result<(), RepositoryError>;

    /// Returns the hash of the password of an account that this unit of work has locked.
    async fn find_password_hash(&self, id: UserId) -> Result<Option<PasswordHash>, RepositoryError>;

    /// Replaces the hash of the password of an account.
    async fn save_password_hash(&self, id: UserId, hash: &PasswordHash) -> Result<(), RepositoryError>;
}
