use async_trait::async_trait;

use crate::RepositoryError;

/// Whether the store can serve this version of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// It answers and its schema is the one that this program was built for.
    Ready,
    /// It answers, but its schema is older or newer than this program.
    SchemaOutdated,
}

/// Port: the state of the store, for whoever decides whether to send requests here.
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Asks the store itself, now.
    ///
    /// # Errors
    /// The store does not answer.
    async fn check(&self) -> Result<StoreState, RepositoryError>;
}
