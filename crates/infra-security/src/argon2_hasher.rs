use std::error::Error;
use std::sync::Arc;
use std::thread;

use argon2::password_hash::phc::PasswordHash as PhcString;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use async_trait::async_trait;
use domain::PeerNetwork;
use domain::account::{Password, PasswordHash, PasswordHasher, PasswordHasherError};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::oneshot;

use crate::fair_queue::{FairQueue, HashingQueue, NoPlace};

/// Verified where there is no account, so that it takes as long. No password matches it. It is a constant, because hashing one at
/// every start would take tens of megabytes.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3MgYWNjb3VudA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Niceness of the hashing threads. With 10 they get about a tenth of a core that requests want too.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Argon2id at OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, 2 iterations, 1 lane.
///
/// Hashing runs on its own threads, on at most half of the cores at a time. They have a low priority, so requests come first. Peers
/// take turns.
pub struct Argon2Hasher {
    argon2: Argon2<'static>,
    queue: Arc<FairQueue>,
}

type Cause = Box<dyn Error + Send + Sync>;

impl Argon2Hasher {
    /// Creates a hasher for a machine with this many cores.
    #[must_use]
    pub fn new(cores: usize) -> Self {
        let parallel = (cores / 2).max(1);
        Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default()),
            queue: FairQueue::new(parallel),
        }
    }

    /// Returns how many passwords are in work at the moment.
    #[must_use]
    pub fn queue(&self) -> HashingQueue {
        self.queue.length()
    }

    async fn run<T: Send + 'static>(
        &self,
        peer: PeerNetwork,
        work: impl FnOnce() -> Result<T, Cause> + Send + 'static,
    ) -> Result<T, PasswordHasherError> {
        let failed = |cause: Cause| PasswordHasherError::Failed(cause);
        let place = self.queue.place_for(peer).await.map_err(|NoPlace| PasswordHasherError::Overloaded)?;
        let (done, result) = oneshot::channel();
        let hashing = thread::Builder::new().name("argon2".to_owned()).spawn(move || {
            // Held until the work is done, even if the caller stops waiting.
            let _held = place;
            lower_priority();
            let _ = done.send(work());
        });
        hashing.map_err(|error| failed(error.into()))?;
        result.await.map_err(|error| failed(error.into()))?.map_err(failed)
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password, peer: PeerNetwork) -> Result<PasswordHash, PasswordHasherError> {
        let argon2 = self.argon2.clone();
        self.run(peer, move || hash(&argon2, password.secret())).await
    }

    async fn verify(
        &self,
        password: SecretString,
        known: Option<PasswordHash>,
        peer: PeerNetwork,
    ) -> Result<bool, PasswordHasherError> {
        let argon2 = self.argon2.clone();
        let is_known = known.is_some();
        let expected = known.unwrap_or_else(|| PasswordHash::new(DUMMY_HASH.to_owned()));
        self.run(peer, move || {
            let expected = PhcString::new(expected.expose())?;
            let is_right = argon2.verify_password(password.expose_secret().as_bytes(), &expected).is_ok();
            Ok(is_right && is_known)
        })
        .await
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let params = PhcString::new(hash.expose()).ok().and_then(|hash| Params::try_from(&hash).ok());
        let now = self.argon2.params();
        params.is_some_and(|then| then.m_cost() < now.m_cost() || then.t_cost() < now.t_cost())
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

    const PEER: PeerNetwork = PeerNetwork::OWN;

    fn password(text: &str) -> Password {
        Password::parse(text.into()).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_and_no_other() {
        let hasher = Argon2Hasher::new(2);
        let hash = hasher.hash(password("correct horse"), PEER).await.unwrap();

        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
        assert!(hasher.verify("correct horse".into(), Some(hash.clone()), PEER).await.unwrap());
        assert!(!hasher.verify("battery staple".into(), Some(hash), PEER).await.unwrap());
        assert!(!hasher.verify("correct horse".into(), None, PEER).await.unwrap());
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

    #[test]
    fn hashes_with_weaker_parameters_are_outdated() {
        let hasher = Argon2Hasher::new(2);
        let with = |params: &str| PasswordHash::new(DUMMY_HASH.replace("m=19456,t=2,p=1", params));
        for (params, is_outdated) in [
            ("m=19456,t=2,p=1", false),
            ("m=9728,t=2,p=1", true),
            ("m=19456,t=1,p=1", true),
            ("m=47104,t=3,p=1", false),
        ] {
            assert_eq!(hasher.is_outdated(&with(params)), is_outdated, "{params}");
        }
        assert!(!hasher.is_outdated(&PasswordHash::new("no hash".to_owned())));
    }
}
