use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::api_error::ApiError;
use crate::ports::Ports;

/// Runs use cases for handlers, each to completion.
///
/// actix drops a handler when its client hangs up, and ends its threads one by one when it stops. A use case inside a handler could
/// be cut off in the middle of a transaction. So handlers have no ports: they start use cases on the runtime of the process, and
/// wait for the result.
#[derive(Clone)]
pub(crate) struct UseCases {
    ports: Arc<Ports>,
    runtime: Handle,
    running: TaskTracker,
}

impl UseCases {
    /// Use cases run on the current Tokio runtime, which MUST live until [`finish`](Self::finish) returns.
    pub(crate) fn new(ports: Ports) -> Self {
        Self { ports: Arc::new(ports), runtime: Handle::current(), running: TaskTracker::new() }
    }

    /// Runs a use case to completion, even if the caller stops waiting.
    ///
    /// # Errors
    /// The use case's own error, or `INTERNAL_ERROR` if it panicked.
    pub(crate) async fn run<T, E, F>(&self, use_case: impl FnOnce(Arc<Ports>) -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: Into<ApiError> + Send + 'static,
    {
        let use_case = use_case(Arc::clone(&self.ports)).in_current_span();
        match self.running.spawn_on(use_case, &self.runtime).await {
            Ok(result) => result.map_err(Into::into),
            Err(panicked) => Err(ApiError::internal(&anyhow!(panicked))),
        }
    }

    /// Waits up to `limit` for the use cases that still run.
    pub(crate) async fn finish(&self, limit: Duration) {
        self.running.close();
        if timeout(limit, self.running.wait()).await.is_err() {
            tracing::warn!(
                running = self.running.len(),
                "gave up on use cases that still run; whether they succeed is unknown"
            );
        }
    }
}
