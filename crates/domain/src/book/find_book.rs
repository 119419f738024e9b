use super::{Book, BookId, BookReader};
use crate::RepositoryError;

/// Why a book was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Looks one book up.
///
/// # Errors
/// See [`FindBookError`].
pub async fn find_book(books: &dyn BookReader, id: BookId) -> Result<Book, FindBookError> {
    books.find(id).await?.ok_or(FindBookError::NotFound)
}
