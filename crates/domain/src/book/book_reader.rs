use async_trait::async_trait;

use super::{Book, BookId, BookQuery};
use crate::{Page, RepositoryError};

/// Port: reads the catalog, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait BookReader: Send + Sync {
    /// Returns the book with this identifier.
    ///
    /// MUST read stock and round in one snapshot: a placement is decided by the stock and recorded with the round.
    async fn find(&self, id: BookId) -> Result<Option<Book>, RepositoryError>;

    /// Returns one page of the books that match, and the number of all that match, which is counted only up to
    /// [`BookQuery::MAX_COUNTED`].
    ///
    /// A [search](BookQuery::is_search) MUST NOT take the time or the connections of other calls, and MUST have a short time limit.
    /// MUST match `%`, `_` and `\` literally, and MUST ignore case in every script.
    async fn list(&self, query: &BookQuery) -> Result<Page<Book>, RepositoryError>;
}
