use super::{Book, BookId, BookReader};
use crate::RepositoryError;

/// Why a book was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindBookError {
    /// No book has this identifier.
    #[error("there is no such book")]
    NotFound,
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Finds a book.
pub async fn find(books: &dyn BookReader, id: BookId) -> Result<Book, FindBookError> {
    books.find(id).await?.ok_or(FindBookError::NotFound)
}
