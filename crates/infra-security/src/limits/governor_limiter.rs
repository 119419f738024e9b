use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use domain::limit::{Limit, LimitKey, LimitStatus, Quota, RateLimiter, TooManyRequests};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;

use super::bounded_map::BoundedMap;

/// How many keys of a limit are never forgotten. With twice as many, a limit takes about 4 MB.
const KEYS: usize = 50_000;

/// Counts with the crate `governor`: a token bucket (GCRA) for each key.
pub struct GovernorLimiter<C: Clock = DefaultClock> {
    buckets: HashMap<Limit, Buckets<C>>,
    /// Keys are hashed with a secret, so that none takes more memory than another and nobody can choose keys that collide.
    hasher: RandomState,
}

struct Buckets<C: Clock> {
    limit: Limit,
    quota: Quota,
    limiter: governor::RateLimiter<u64, Store, C, StateInformationMiddleware>,
    store: Store,
}

/// The state of each bucket. A clone shares it.
#[derive(Clone)]
struct Store(Arc<Mutex<BoundedMap<Nanos>>>);

impl Store {
    fn lock(&self) -> MutexGuard<'_, BoundedMap<Nanos>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Store {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut map = self.lock();
        let (decision, state) = decide(map.get(*key).copied())?;
        map.insert(*key, state);
        Ok(decision)
    }
}

impl GovernorLimiter {
    /// Creates the limits, those of peers `factor` times as high and as fast.
    #[must_use]
    pub fn new(factor: NonZeroU32) -> Self {
        Self::with_clock(factor, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> GovernorLimiter<C> {
    fn with_clock(factor: NonZeroU32, clock: &C) -> Self {
        let buckets = Limit::ALL.map(|limit| (limit, Buckets::new(limit, factor, clock.clone())));
        Self { buckets: buckets.into_iter().collect(), hasher: RandomState::new() }
    }
}

impl<C: Clock + Clone> Buckets<C> {
    fn new(limit: Limit, factor: NonZeroU32, clock: C) -> Self {
        let Quota { burst, refill } = limit.quota();
        let factor = if limit.is_of_a_peer() { factor } else { NonZeroU32::MIN };
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN).saturating_mul(factor);
        let refill = refill.to_std().unwrap_or_default() / factor.get();
        let allowed = governor::Quota::with_period(refill).unwrap_or(governor::Quota::per_second(burst));
        let store = Store(Arc::new(Mutex::new(BoundedMap::new(KEYS))));
        Self {
            limit,
            quota: Quota { burst: burst.get(), refill: to_chrono(refill) },
            limiter: governor::RateLimiter::new(allowed.allow_burst(burst), store.clone(), clock),
            store,
        }
    }

    fn take(&self, key: u64) -> Result<LimitStatus, TooManyRequests> {
        let status = |left, retry_after| LimitStatus { limit: self.limit, quota: self.quota, left, retry_after };
        match self.limiter.check_key(&key) {
            Ok(state) => Ok(status(state.remaining_burst_capacity(), Duration::zero())),
            Err(not_until) => {
                Err(TooManyRequests(status(0, to_chrono(not_until.wait_time_from(self.limiter.clock().now())))))
            }
        }
    }
}

fn to_chrono(duration: std::time::Duration) -> Duration {
    Duration::from_std(duration).unwrap_or(Duration::MAX)
}

impl<C: Clock + Clone + Send + Sync> RateLimiter for GovernorLimiter<C>
where
    C::Instant: Send + Sync,
{
    fn take(&self, limit: Limit, key: LimitKey<'_>) -> Result<Option<LimitStatus>, TooManyRequests> {
        let key = self.hasher.hash_one(key);
        self.buckets.get(&limit).map(|buckets| buckets.take(key)).transpose()
    }

    fn reset(&self, limit: Limit, key: LimitKey<'_>) {
        if let Some(buckets) = self.buckets.get(&limit) {
            buckets.store.lock().remove(self.hasher.hash_one(key));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::thread;

    use domain::PeerNetwork;
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn peer(number: u8) -> LimitKey<'static> {
        LimitKey::Peer(PeerNetwork::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number))))
    }

    fn limiter(factor: u32) -> (GovernorLimiter<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (GovernorLimiter::with_clock(NonZeroU32::new(factor).unwrap(), &clock), clock)
    }

    fn taken(limiter: &impl RateLimiter, limit: Limit, key: LimitKey<'_>) -> u32 {
        (0..1000).take_while(|_| limiter.take(limit, key).is_ok()).count().try_into().unwrap()
    }

    #[test]
    fn allows_a_burst_and_then_one_per_refill() {
        let (limiter, clock) = limiter(1);
        for limit in Limit::ALL {
            let Quota { burst, refill } = limit.quota();
            assert_eq!(limiter.take(limit, peer(1)).unwrap().unwrap().left, burst - 1, "{limit:?}");
            assert_eq!(taken(&limiter, limit, peer(1)), burst - 1, "{limit:?}");
            let TooManyRequests(refused) = limiter.take(limit, peer(1)).unwrap_err();
            assert_eq!(refused, LimitStatus { limit, quota: limit.quota(), left: 0, retry_after: refill });

            assert_eq!(taken(&limiter, limit, peer(2)), burst, "{limit:?}: others have their own quota");
            clock.advance(refill.to_std().unwrap());
            assert_eq!(taken(&limiter, limit, peer(1)), 1, "{limit:?}");
        }
    }

    #[test]
    fn a_factor_raises_only_the_limits_of_peers() {
        let (limiter, _) = limiter(5);
        let LimitStatus { quota, left, .. } = limiter.take(Limit::LogIns, peer(1)).unwrap().unwrap();
        assert_eq!((quota, left), (Quota { burst: 50, refill: Duration::milliseconds(600) }, 49));
        assert_eq!(taken(&limiter, Limit::LogIns, peer(1)), 49);
        assert_eq!(taken(&limiter, Limit::Guesses, peer(1)), Limit::Guesses.quota().burst);
    }

    #[test]
    fn a_reset_gives_the_whole_quota_back() {
        let (limiter, _) = limiter(1);
        assert_eq!(taken(&limiter, Limit::Guesses, peer(1)), 10);
        limiter.reset(Limit::Guesses, peer(1));
        assert_eq!(taken(&limiter, Limit::Guesses, peer(1)), 10);
    }

    #[test]
    fn many_at_once_get_no_more_than_the_quota() {
        let (limiter, _) = limiter(1);
        let taken: u32 = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| taken(&limiter, Limit::Guesses, peer(1)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, Limit::Guesses.quota().burst);
    }
}
