use async_trait::async_trait;

use crate::{RepositoryError, Timestamp};

/// The notifications that wait to be delivered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// The number of pending deliveries, counted up to [`Backlog::MAX_COUNTED`].
    pub pending: u64,
    /// When the restock with the oldest work left happened: a pending delivery, or deliveries that are still to be created.
    pub waiting_since: Option<Timestamp>,
}

impl Backlog {
    /// The highest number of pending deliveries that is counted, so that reading the backlog stays cheap.
    pub const MAX_COUNTED: u64 = 100_000;
}

/// Port: reads how much is left to deliver.
#[async_trait]
pub trait BacklogReader: Send + Sync {
    /// Returns the backlog as it is now. MUST be cheap however many deliveries there are, because it is read every few seconds.
    async fn read_backlog(&self) -> Result<Backlog, RepositoryError>;
}
