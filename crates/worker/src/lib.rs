//! The worker: it delivers what restocks have notified, beside the server or alone, several at once on several machines.
//!
//! What is to be done is decided in `domain` and kept in the store. A worker brings what they have no use for: waiting, several
//! things at a time, and an end. It may be killed at any moment; another one goes on.

mod fan_out;
mod pause;
mod send;

use std::future::{Future, pending};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::delivery::{DeliveryReader, Jitter, Mailer, RestockSignal, RetryPolicy};
use domain::{Clock, UnitOfWorkFactory};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How many letters are in hand at once, and so how many connections to the mail server are of use.
pub const MAX_IN_HAND: usize = 10;

/// How long a worker rests that hears of nothing to do.
const POLL: Duration = Duration::from_secs(5);

/// Every port that a worker asks.
pub struct WorkerPorts {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub jitter: Arc<dyn Jitter>,
    /// Opens transactions.
    pub units: Arc<dyn UnitOfWorkFactory>,
    /// Reads deliveries.
    pub deliveries: Arc<dyn DeliveryReader>,
    /// Tells of restocks.
    pub restocks: Arc<dyn RestockSignal>,
    /// Hands over letters.
    pub mailer: Arc<dyn Mailer>,
}

/// Delivers what restocks have notified.
pub struct Worker {
    ports: WorkerPorts,
    policy: RetryPolicy,
    rate: DefaultDirectRateLimiter,
    /// There are new deliveries.
    fanned_out: Notify,
    stop: CancellationToken,
}

impl Worker {
    /// A worker that sends at most so many letters a second, until it is told to stop.
    #[must_use]
    pub fn new(ports: WorkerPorts, policy: RetryPolicy, max_per_second: NonZeroU32, stop: CancellationToken) -> Self {
        let rate = RateLimiter::direct(Quota::per_second(max_per_second));
        Self { ports, policy, rate, fanned_out: Notify::new(), stop }
    }

    /// Works until it is told to stop. The letters in hand are finished, and what was found out about them is recorded.
    pub async fn run(self) {
        let worker = Arc::new(self);
        tokio::join!(fan_out::run(&worker), send::run(&worker));
    }

    /// Rests until something happens, but not for long.
    async fn rest(&self, until: impl Future<Output = ()>) {
        self.rest_for(POLL, until).await;
    }

    /// Rests for so long, and for no longer than until the stop.
    async fn pause(&self, length: Duration) {
        self.rest_for(length, pending()).await;
    }

    async fn rest_for(&self, length: Duration, until: impl Future<Output = ()>) {
        tokio::select! {
            () = until => {}
            () = sleep(length) => {}
            () = self.stop.cancelled() => {}
        }
    }
}
