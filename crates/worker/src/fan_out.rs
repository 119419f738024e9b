use std::future::pending;
use std::sync::Arc;

use domain::delivery::{FannedOut, fan_out};

use crate::Worker;
use crate::cause::cause;

/// Creates the deliveries of restocks until the worker stops.
pub(crate) async fn run(worker: &Arc<Worker>) {
    while !worker.stop.is_cancelled() {
        match fan_out(&*worker.ports.units, &*worker.ports.clock).await {
            Ok(FannedOut::Batch) => worker.fanned_out.notify_one(),
            Ok(FannedOut::Nothing) => worker.rest(restocked(worker)).await,
            Err(error) => {
                tracing::warn!(cause = cause(error), "deliveries can't be created at the moment");
                worker.rest(pending()).await;
            }
        }
    }
}

/// Waits until a book may have been restocked. If the store can't be listened to, waits forever and leaves it to the poll.
async fn restocked(worker: &Worker) {
    match worker.ports.restocks.restocked().await {
        // The signal may also be about an account mail.
        Ok(()) => worker.fanned_out.notify_one(),
        Err(error) => {
            tracing::debug!(cause = cause(error), "can't listen for restocks; polling instead");
            pending::<()>().await;
        }
    }
}
