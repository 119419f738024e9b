use std::sync::Arc;
use std::time::Duration;

use domain::{CleanedUp, clean_up};

use crate::Worker;
use crate::cause::cause;

/// How long to wait after everything was cleaned up.
const INTERVAL: Duration = Duration::from_hours(1);
/// How long to wait after the store failed.
const RETRY: Duration = Duration::from_mins(1);

/// Deletes what is of no use any more, until the worker stops.
pub(crate) async fn run(worker: &Arc<Worker>) {
    while !worker.stop.is_cancelled() {
        match clean_up(&*worker.ports.units, &*worker.ports.clock).await {
            Ok(CleanedUp::Batch) => {}
            Ok(CleanedUp::Everything) => worker.pause(INTERVAL).await,
            Err(error) => {
                tracing::warn!(cause = cause(error), "expired sessions can't be deleted at the moment");
                worker.pause(RETRY).await;
            }
        }
    }
}
