use super::{Book, BookQuery, BookReader};
use crate::{Page, RepositoryError};

/// Why books were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListBooksError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Searches the catalog.
///
/// # Errors
/// See [`ListBooksError`].
pub async fn list_books(books: &dyn BookReader, query: &BookQuery) -> Result<Page<Book>, ListBooksError> {
    Ok(books.list(query).await?)
}
