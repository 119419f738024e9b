//! The worker: it sends e-mails, and deletes what is of no use any more. It runs in the server's process or in one of its own, on one machine or
//! several.
//!
//! `domain` decides what to do, and the store keeps it. A worker adds waiting, concurrency and a clean stop. It may be killed
//! at any moment; another worker continues its work.

mod cause;
mod claimed;
mod clean_up;
mod fan_out;
mod pause;
mod run;
mod send;
mod stop;

use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use domain::account::LinkTokens;
use domain::delivery::{DeliveryReader, Jitter, Mailer, RestockSignal, RetryPolicy};
use domain::{Clock, UnitOfWorkFactory};
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

pub use stop::LONGEST_STOP;

/// The most letters to send at the same time, and so the most connections to the mail server that are of use.
pub const MAX_IN_HAND: usize = 10;

/// How long to wait for something to do before looking again.
const POLL: Duration = Duration::from_secs(5);

/// All ports that a worker uses.
pub struct WorkerPorts {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries at random.
    pub jitter: Arc<dyn Jitter>,
    /// Begins transactions.
    pub units: Arc<dyn UnitOfWorkFactory>,
    /// Reads deliveries.
    pub deliveries: Arc<dyn DeliveryReader>,
    /// Announces restocks and account mails.
    pub restocks: Arc<dyn RestockSignal>,
    /// Generates the tokens in mailed links.
    pub links: Arc<dyn LinkTokens>,
    /// Sends letters.
    pub mailer: Arc<dyn Mailer>,
}

/// Creates the deliveries of restocks, sends them and account mails, and deletes what is of no use any more.
pub struct Worker {
    ports: WorkerPorts,
    policy: RetryPolicy,
    /// Notified when there are new deliveries or account mails.
    fanned_out: Notify,
    stop: CancellationToken,
}

impl Worker {
    /// A worker that delivers until it is told to stop.
    #[must_use]
    pub fn new(ports: WorkerPorts, policy: RetryPolicy, stop: CancellationToken) -> Self {
        Self { ports, policy, fanned_out: Notify::new(), stop }
    }

    /// Waits until something happens, for [`POLL`] at the most.
    async fn rest(&self, until: impl Future<Output = ()>) {
        self.rest_for(POLL, until).await;
    }

    /// Waits for this long, or until the stop.
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
