use std::future::pending;
use std::sync::Arc;

use domain::delivery::{FanOutError, FannedOut, fan_out};

use crate::Worker;

/// Makes deliveries for whoever restocks have notified, until the worker stops.
pub(crate) async fn run(worker: &Arc<Worker>) {
    while !worker.stop.is_cancelled() {
        match fan_out(&*worker.ports.units, &*worker.ports.clock).await {
            Ok(FannedOut::Batch) => worker.fanned_out.notify_one(),
            Ok(FannedOut::Nothing) => worker.rest(restocked(worker)).await,
            Err(FanOutError::Repository(error)) => {
                tracing::warn!(cause = cause(error), "no deliveries can be made at present");
                worker.rest(pending()).await;
            }
        }
    }
}

/// Ends when a book may have been restocked; never if the store can't tell, for which there is the poll.
async fn restocked(worker: &Worker) {
    if let Err(error) = worker.ports.restocks.restocked().await {
        tracing::debug!(cause = cause(error), "restocks are not heard of at once");
        pending::<()>().await;
    }
}

/// An error with all that caused it, in one line.
pub(crate) fn cause(error: impl std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line = format!("{line}: {error}");
        source = error.source();
    }
    line
}
