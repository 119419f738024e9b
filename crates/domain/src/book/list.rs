use super::{Book, BookQuery, BookReader};
use crate::{Page, RepositoryError};

/// Searches the catalog.
pub async fn list(books: &dyn BookReader, query: &BookQuery) -> Result<Page<Book>, RepositoryError> {
    books.list(query).await
}
