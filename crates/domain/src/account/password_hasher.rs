use async_trait::async_trait;
use secrecy::SecretString;

use super::{Password, PasswordHash};
use crate::PeerNetwork;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordHasherError {
    /// Other passwords had to be hashed first, for too long. The same call may succeed a little later.
    #[error("too many passwords are waiting to be hashed")]
    Overloaded,
    /// The hash function failed, or a stored hash is malformed.
    #[error("the password could not be hashed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Port: hashes and checks passwords.
///
/// Both are slow on purpose. They MUST NOT run on a thread that serves requests, and only as many at a time as leave
/// the machine room to serve. The others wait for their turn. Peers take turns, so that one that sends many passwords holds up
/// only itself.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a password with a new random salt.
    async fn hash(&self, password: Password, peer: PeerNetwork) -> Result<PasswordHash, PasswordHasherError>;

    /// Returns whether a password matches a hash.
    ///
    /// Without a hash it returns `false`, and MUST take the same time as with one, so that nobody learns which accounts
    /// exist.
    async fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
        peer: PeerNetwork,
    ) -> Result<bool, PasswordHasherError>;

    /// Returns whether a hash was made with weaker parameters than `hash` uses now.
    fn is_outdated(&self, hash: &PasswordHash) -> bool;
}
