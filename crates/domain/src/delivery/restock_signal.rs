use async_trait::async_trait;

use crate::RepositoryError;

/// Port: wakes workers after a restock, so that they need not wait for the next poll.
///
/// The signal is only a hint. It may come without a restock, and it is lost when the connection to the store breaks.
#[async_trait]
pub trait RestockSignal: Send + Sync {
    /// Waits until a book may have been restocked, by any instance, since the last call.
    ///
    /// # Errors
    /// The store can't be listened to at the moment.
    async fn restocked(&self) -> Result<(), RepositoryError>;
}
