use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::delivery::{Backlog, BacklogReader};
use domain::{Clock, Timestamp};
use tokio::time::{sleep, timeout};

use super::instruments::Instruments;

/// How often the backlog is read.
const INTERVAL: Duration = Duration::from_secs(5);
/// How long a read may take.
const LIMIT: Duration = Duration::from_secs(15);

/// What is left to deliver, as last read from the store.
pub(super) struct BacklogWatch {
    reader: Arc<dyn BacklogReader>,
    clock: Arc<dyn Clock>,
    /// Its age grows between reads, and while the store does not answer.
    waiting_since: Mutex<Option<Timestamp>>,
}

impl BacklogWatch {
    pub(super) fn new(reader: Arc<dyn BacklogReader>, clock: Arc<dyn Clock>) -> Self {
        Self { reader, clock, waiting_since: Mutex::default() }
    }

    /// Reads the backlog every few seconds, for as long as it is polled.
    pub(super) async fn run(&self, instruments: &Instruments) -> Infallible {
        loop {
            match timeout(LIMIT, self.reader.read_backlog()).await {
                Ok(Ok(backlog)) => self.note(backlog, instruments),
                Ok(Err(error)) => {
                    instruments.store_up.set(0);
                    tracing::debug!(%error, "the backlog can't be read");
                }
                Err(_) => instruments.store_up.set(0),
            }
            sleep(INTERVAL).await;
        }
    }

    fn note(&self, backlog: Backlog, instruments: &Instruments) {
        instruments.store_up.set(1);
        instruments.pending.set(i64::try_from(backlog.pending).unwrap_or(i64::MAX));
        *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner) = backlog.waiting_since;
    }

    /// Shows the age of the oldest undelivered notification now.
    pub(super) fn show_age(&self, instruments: &Instruments) {
        let since = *self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner);
        let age = since.map_or(0, |since| (self.clock.now() - since).num_seconds().max(0));
        instruments.oldest_age.set(Duration::from_secs(age.unsigned_abs()).as_secs_f64());
    }
}
