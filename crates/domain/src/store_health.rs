use async_trait::async_trait;

use crate::RepositoryError;

/// Whether the store can serve this version of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreState {
    /// The store responds, and its schema is the one that this program was built for.
    Ready,
    /// The store responds, but its schema is older or newer than this program.
    SchemaOutdated,
    /// The store responds, but can't be written: it is a standby, or a primary that was demoted.
    ReadOnly,
}

/// Port: checks the store, for load balancers that decide whether to send requests here.
#[async_trait]
pub trait StoreHealth: Send + Sync {
    /// Queries the store; the result MUST NOT be cached.
    ///
    /// # Errors
    /// The store does not respond.
    async fn check(&self) -> Result<StoreState, RepositoryError>;
}
