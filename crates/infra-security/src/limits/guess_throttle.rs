use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::PeerNetwork;
use domain::account::LogInThrottle;
use domain::limit::{Limit, LimitKey, RateLimiter, TooManyRequests};

use super::bounded_map::BoundedMap;

/// How many pairs of an account and a peer are remembered at least. With twice as many it takes about 2 MB.
const PAIRS: usize = 50_000;

/// Counts guesses by account and peer. Peers where a user has logged in before are not held up by other peers.
pub struct GuessThrottle {
    limiter: Arc<dyn RateLimiter>,
    /// Who has logged in where, since the start of the process.
    known: Mutex<BoundedMap<()>>,
    hasher: RandomState,
}

impl GuessThrottle {
    /// Counts with this limiter.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>) -> Self {
        Self { limiter, known: Mutex::new(BoundedMap::new(PAIRS)), hasher: RandomState::new() }
    }

    fn known(&self) -> MutexGuard<'_, BoundedMap<()>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogInThrottle for GuessThrottle {
    fn reserve(&self, address: &str, peer: PeerNetwork) -> Result<(), TooManyRequests> {
        self.limiter.take(Limit::Guesses, LimitKey::AccountAndPeer(address, peer))?;
        let is_known = self.known().get(self.hasher.hash_one((address, peer))).is_some();
        if !is_known {
            self.limiter.take(Limit::GuessesOfStrangers, LimitKey::Account(address))?;
        }
        Ok(())
    }

    fn record_success(&self, address: &str, peer: PeerNetwork) {
        self.known().insert(self.hasher.hash_one((address, peer)), ());
        self.limiter.reset(Limit::Guesses, LimitKey::AccountAndPeer(address, peer));
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::num::NonZeroU32;

    use super::*;
    use crate::GovernorLimiter;

    const ADA: &str = "ada@example.com";

    fn throttle() -> GuessThrottle {
        GuessThrottle::new(Arc::new(GovernorLimiter::new(NonZeroU32::MIN)))
    }

    fn peer(number: u8) -> PeerNetwork {
        PeerNetwork::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    /// How many of 100 guesses a peer gets.
    fn guesses(throttle: &GuessThrottle, address: &str, peer: PeerNetwork) -> usize {
        (0..100).filter(|_| throttle.reserve(address, peer).is_ok()).count()
    }

    #[test]
    fn guesses_of_one_peer_hold_up_only_that_peer() {
        let throttle = throttle();
        assert_eq!(guesses(&throttle, ADA, peer(1)), 10);
        assert_eq!(guesses(&throttle, "eve@example.com", peer(1)), 10, "each account has its own count");
        assert_eq!(throttle.reserve(ADA, peer(2)), Ok(()));
    }

    #[test]
    fn guesses_of_many_peers_do_not_hold_up_a_peer_that_the_user_has_used() {
        let throttle = throttle();
        throttle.reserve(ADA, peer(0)).unwrap();
        throttle.record_success(ADA, peer(0));
        let guessed: usize = (1..=20).map(|number| guesses(&throttle, ADA, peer(number))).sum();
        assert_eq!(guessed, 29, "the first log-in of the user was from a stranger, too");
        assert_eq!(throttle.reserve(ADA, peer(21)).unwrap_err().0.limit, Limit::GuessesOfStrangers);
        assert_eq!(throttle.reserve("eve@example.com", peer(0)), Ok(()));

        assert_eq!(guesses(&throttle, ADA, peer(0)), 10, "it still has a limit of its own");
    }

    #[test]
    fn a_right_password_resets_the_count_of_its_peer() {
        let throttle = throttle();
        for _ in 0..50 {
            throttle.reserve(ADA, peer(1)).unwrap();
            throttle.record_success(ADA, peer(1));
        }
    }
}
