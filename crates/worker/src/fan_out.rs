use std::future::pending;
use std::sync::Arc;

use domain::delivery::{FannedOut, fan_out};

use crate::Worker;

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
    if let Err(error) = worker.ports.restocks.restocked().await {
        tracing::debug!(cause = cause(error), "can't listen for restocks; polling instead");
        pending::<()>().await;
    }
}

/// Returns an error and its causes in one line.
pub(crate) fn cause(error: impl std::error::Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        line = format!("{line}: {error}");
        source = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use domain::RepositoryError;

    use super::*;

    #[test]
    fn shows_an_error_with_its_causes() {
        let error = RepositoryError::Failed(std::io::Error::other("disk full").into());
        assert_eq!(cause(error), "the store failed: disk full");
    }
}
