use std::sync::Arc;

use async_trait::async_trait;
use domain::PeerNetwork;
use domain::account::{Password, PasswordHash, PasswordHasher, PasswordHasherError};
use infra_security::Argon2Hasher;
use secrecy::SecretString;

use super::instruments::Instruments;

/// Counts the outcomes of hashing, and shows its queue.
pub(crate) struct MeteredHasher {
    pub(crate) hasher: Argon2Hasher,
    pub(crate) instruments: Arc<Instruments>,
}

impl MeteredHasher {
    fn count<T>(&self, result: Result<T, PasswordHasherError>) -> Result<T, PasswordHasherError> {
        let outcome = match &result {
            Ok(_) => "done",
            Err(PasswordHasherError::Overloaded) => "overloaded",
            Err(PasswordHasherError::Failed(_)) => "failed",
        };
        self.instruments.hashes.with_label_values(&[outcome]).inc();
        result
    }

    /// Shows how many passwords are in work now.
    pub(super) fn show_queue(&self) {
        let queue = self.hasher.queue();
        for (state, number) in [("running", queue.running), ("waiting", queue.waiting)] {
            self.instruments.hashing.with_label_values(&[state]).set(i64::try_from(number).unwrap_or(i64::MAX));
        }
    }
}

#[async_trait]
impl PasswordHasher for MeteredHasher {
    async fn hash(&self, password: Password, peer: PeerNetwork) -> Result<PasswordHash, PasswordHasherError> {
        self.count(self.hasher.hash(password, peer).await)
    }

    async fn verify(
        &self,
        password: SecretString,
        hash: Option<PasswordHash>,
        peer: PeerNetwork,
    ) -> Result<bool, PasswordHasherError> {
        self.count(self.hasher.verify(password, hash, peer).await)
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        self.hasher.is_outdated(hash)
    }
}
