use super::{Limit, LimitStatus, TooManyRequests};
use crate::PeerNetwork;

/// What a limit counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKey<'a> {
    /// A peer.
    Peer(PeerNetwork),
    /// The address of an account, which need not exist.
    Account(&'a str),
    /// What one peer does to one account.
    AccountAndPeer(&'a str, PeerNetwork),
}

/// Port: counts what is limited.
///
/// Its memory MUST be bounded, however many keys there are. It may forget keys for that, those first that were not used for long.
pub trait RateLimiter: Send + Sync {
    /// Takes one from the quota of a key, or refuses and takes nothing. Of many calls at the same time, it MUST NOT allow more than
    /// the quota.
    ///
    /// Returns `None` if nothing is limited.
    fn take(&self, limit: Limit, key: LimitKey<'_>) -> Result<Option<LimitStatus>, TooManyRequests>;

    /// Gives a key its whole quota back.
    fn reset(&self, limit: Limit, key: LimitKey<'_>);
}
