use async_trait::async_trait;
use secrecy::SecretString;

use super::{Password, PasswordHash};

/// Why a password was neither hashed nor checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordHasherError {
    /// Too many wait for this already. The same call may succeed a little later.
    #[error("too many passwords wait to be hashed")]
    Overloaded,
    /// Hashing failed.
    #[error("the password could not be hashed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Port: hashes and checks passwords. Both are slow on purpose, so they MUST NOT run on a thread that serves requests, and
/// no more of them at a time than leave the machine room to serve.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with a salt of its own.
    ///
    /// # Errors
    /// See [`PasswordHasherError`].
    async fn hash(&self, password: Password) -> Result<PasswordHash, PasswordHasherError>;

    /// Whether a password is the one that was hashed. Without a hash the answer is no, and MUST take as long: the time
    /// must not tell which accounts exist.
    ///
    /// # Errors
    /// See [`PasswordHasherError`].
    async fn verify(&self, password: SecretString, hash: Option<PasswordHash>) -> Result<bool, PasswordHasherError>;
}
