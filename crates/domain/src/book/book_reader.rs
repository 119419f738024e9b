use async_trait::async_trait;

use super::{Book, BookId, BookQuery};
use crate::{Page, RepositoryError};

/// Port: reads the catalog, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait BookReader: Send + Sync {
    /// The book with this identifier.
    ///
    /// MUST read stock and round in one snapshot: a placement is decided on the one and belongs to the other.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, id: BookId) -> Result<Option<Book>, RepositoryError>;

    /// One page of the books that match, and the number of all that match.
    ///
    /// MUST take `%`, `_` and `\` in a text for themselves, and find it in any case of any script.
    ///
    /// # Errors
    /// The store failed.
    async fn list(&self, query: &BookQuery) -> Result<Page<Book>, RepositoryError>;
}
