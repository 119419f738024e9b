use crate::PeerNetwork;
use crate::limit::TooManyRequests;

/// Port: slows down guessing of passwords.
///
/// It MUST allow at most 100 wrong passwords per hour for one address (OWASP ASVS 4.0, V2.2.1) from any peer, and from all peers
/// together where the user has not logged in before. Peers where the user has logged in MUST NOT be held up by what other peers do, so
/// that nobody can lock a user out.
///
/// `address` is what was typed, in lower case. It MUST count for addresses without an account and for malformed ones too, so that nobody
/// learns which exist.
#[cfg_attr(test, mockall::automock)]
pub trait LogInThrottle: Send + Sync {
    /// Counts a log-in as a wrong password, before the password is checked: checking takes long, and many log-ins may begin meanwhile.
    fn reserve(&self, address: &str, peer: PeerNetwork) -> Result<(), TooManyRequests>;

    /// Takes the count of a peer back, because its password was right, and remembers the peer.
    fn record_success(&self, address: &str, peer: PeerNetwork);
}
