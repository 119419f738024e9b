//! When a stopping worker gives up on what does not end by itself. All times count from the stop.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::Worker;

/// How long the mail server may take to reply to the letters in hand.
pub(crate) const LAST_ANSWERS: Duration = Duration::from_secs(20);
/// How long the store may take to record the replies.
pub(crate) const LAST_RECORDS: Duration = Duration::from_secs(25);
/// The longest time that a worker takes to stop.
pub const LONGEST_STOP: Duration = Duration::from_secs(26);

impl Worker {
    /// Runs `work` to its end, or gives it up this long after the stop and returns `None`.
    pub(crate) async fn give_up_after_stop<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let limit = async {
            self.stop.cancelled().await;
            sleep(limit).await;
        };
        tokio::select! {
            biased;
            done = work => Some(done),
            () = limit => None,
        }
    }
}
