use std::error::Error;
use std::sync::Arc;
use std::thread;

use argon2::password_hash::phc::PasswordHash as PhcString;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use async_trait::async_trait;
use domain::account::{Password, PasswordHash, PasswordHasher, PasswordHasherError};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, oneshot};

/// How many passwords may wait to be hashed.
const MAX_QUEUED: usize = 64;

/// Verified where there is no account, so that it takes as long. No password matches it. It is a constant, because hashing one at
/// every start would take tens of megabytes.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3MgYWNjb3VudA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Niceness of the hashing threads. With 10 they get about a tenth of a core that requests want too.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Argon2id at OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, 2 iterations, 1 lane.
///
/// Hashing runs on its own threads, on at most half of the cores at a time. They have a low priority, so requests come first.
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    parallel: usize,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

/// How many passwords are in work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingQueue {
    /// How many are hashed at the moment.
    pub running: usize,
    /// How many wait.
    pub waiting: usize,
}

type Cause = Box<dyn Error + Send + Sync>;

impl Argon2Hasher {
    /// Creates a hasher for a machine with this many cores.
    #[must_use]
    pub fn new(cores: usize) -> Self {
        let parallel = (cores / 2).max(1);
        Self {
            parallel,
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default()),
            running: Arc::new(Semaphore::new(parallel)),
            admitted: Arc::new(Semaphore::new(parallel + MAX_QUEUED)),
        }
    }

    /// Returns how many passwords are in work at the moment.
    #[must_use]
    pub fn queue(&self) -> HashingQueue {
        let admitted = (self.parallel + MAX_QUEUED).saturating_sub(self.admitted.available_permits());
        let running = self.parallel.saturating_sub(self.running.available_permits());
        HashingQueue { running, waiting: admitted.saturating_sub(running) }
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Cause> + Send + 'static,
    ) -> Result<T, PasswordHasherError> {
        let failed = |cause: Cause| PasswordHasherError::Failed(cause);
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordHasherError::Overloaded)?;
        let slot = Arc::clone(&self.running).acquire_owned().await.map_err(|error| failed(error.into()))?;
        let (done, result) = oneshot::channel();
        let hashing = thread::Builder::new().name("argon2".to_owned()).spawn(move || {
            // Held until the work is done, even if the caller stops waiting.
            let _held = (admitted, slot);
            lower_priority();
            let _ = done.send(work());
        });
        hashing.map_err(|error| failed(error.into()))?;
        result.await.map_err(|error| failed(error.into()))?.map_err(failed)
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, PasswordHasherError> {
        let argon2 = self.argon2.clone();
        self.run(move || hash(&argon2, password.secret())).await
    }

    async fn verify(&self, password: SecretString, known: Option<PasswordHash>) -> Result<bool, PasswordHasherError> {
        let argon2 = self.argon2.clone();
        let is_known = known.is_some();
        let expected = known.unwrap_or_else(|| PasswordHash::new(DUMMY_HASH.to_owned()));
        self.run(move || {
            let expected = PhcString::new(expected.expose())?;
            let is_right = argon2.verify_password(password.expose_secret().as_bytes(), &expected).is_ok();
            Ok(is_right && is_known)
        })
        .await
    }
}

/// Lowers the priority of this thread. It can't be raised again, so each thread hashes only once. On systems other than Linux,
/// `nice` affects the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "can't lower the priority of hashing");
    }
}

fn hash(argon2: &Argon2<'static>, password: &SecretString) -> Result<PasswordHash, Cause> {
    let hash: PhcString = argon2.hash_password(password.expose_secret().as_bytes())?;
    Ok(PasswordHash::new(hash.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text.into()).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let hasher = Argon2Hasher::new(2);
        let hash = hasher.hash(password("correct horse")).await.unwrap();

        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
        assert!(hasher.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!hasher.verify("battery staple".into(), Some(hash)).await.unwrap());
        assert!(!hasher.verify("correct horse".into(), None).await.unwrap());
    }

    #[test]
    fn the_dummy_hash_takes_as_long_as_any_other() {
        let hash = PhcString::new(DUMMY_HASH).unwrap();
        let other = PhcString::new(&hash_of("correct horse")).unwrap();
        assert_eq!((hash.algorithm, hash.version, &hash.params), (other.algorithm, other.version, &other.params));
        assert_eq!(hash.hash.unwrap().len(), other.hash.unwrap().len());
        assert_eq!(hash.salt.unwrap().len(), other.salt.unwrap().len());
    }

    fn hash_of(password: &str) -> String {
        hash(&Argon2Hasher::new(2).argon2, &password.into()).unwrap().expose().to_owned()
    }

    #[tokio::test]
    async fn a_full_queue_rejects_at_once() {
        let hasher = Argon2Hasher::new(2);
        let _full = hasher.admitted.clone().acquire_many_owned(65).await.unwrap();

        assert_eq!(hasher.queue(), HashingQueue { running: 0, waiting: 65 });
        assert!(matches!(hasher.hash(password("too late")).await, Err(PasswordHasherError::Overloaded)));
    }
}
