use async_trait::async_trait;

use super::{Book, BookId, Restock};
use crate::RepositoryError;

/// Port: writes the stock of books, within a unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait StockRepository: Send + Sync {
    /// Locks and returns the book with this identifier. Until the unit of work ends, nobody else can change its stock.
    ///
    /// The returned book MUST be as it was last committed when the lock was taken. The lock MUST NOT block placements.
    ///
    /// # Errors
    /// The store failed, or did not get the lock in time.
    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError>;

    /// Writes the stock, the round and the time of the last change of a book, and nothing else.
    async fn save(&self, book: &Book) -> Result<(), RepositoryError>;

    /// Adds a restock. MUST fail if the round already has one.
    async fn add_restock(&self, restock: &Restock) -> Result<(), RepositoryError>;
}
