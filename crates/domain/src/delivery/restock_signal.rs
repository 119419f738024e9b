use async_trait::async_trait;

use crate::RepositoryError;

/// Port: wakes whoever delivers, so that nobody waits for a poll.
///
/// It is a hint and no more: it may come without a restock, and the store may lose one when a connection breaks.
#[async_trait]
pub trait RestockSignal: Send + Sync {
    /// Waits until a book may have been restocked since the last call, by whichever instance.
    ///
    /// # Errors
    /// The store can't be listened to at present.
    async fn restocked(&self) -> Result<(), RepositoryError>;
}
