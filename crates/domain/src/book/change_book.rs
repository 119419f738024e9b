use super::{Book, BookChange, BookId, BookRepository, ChangedBook};
use crate::{Clock, RepositoryError};

/// Why a book was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// Another book has that ISBN.
    #[error("another book has this ISBN")]
    IsbnConflict,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Changes the details of a book; its stock has [`set_stock`](super::set_stock).
///
/// # Errors
/// See [`ChangeBookError`].
pub async fn change_book(
    books: &dyn BookRepository,
    clock: &dyn Clock,
    id: BookId,
    change: &BookChange,
) -> Result<Book, ChangeBookError> {
    match books.change(id, change, clock.now()).await? {
        ChangedBook::Changed(book) => Ok(*book),
        ChangedBook::NotFound => Err(ChangeBookError::NotFound),
        ChangedBook::IsbnTaken => Err(ChangeBookError::IsbnConflict),
    }
}
