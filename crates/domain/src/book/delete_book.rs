use super::{BookId, BookRepository, DeletedBook};
use crate::RepositoryError;

/// Why a book was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteBookError {
    /// There is no such book.
    #[error("there is no such book")]
    NotFound,
    /// It has pre-bookings, and their history must stay readable.
    #[error("the book has pre-bookings")]
    HasPreBookings,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Removes a book that was never pre-booked from the catalog.
///
/// # Errors
/// See [`DeleteBookError`].
pub async fn delete_book(books: &dyn BookRepository, id: BookId) -> Result<(), DeleteBookError> {
    match books.delete(id).await? {
        DeletedBook::Deleted => Ok(()),
        DeletedBook::NotFound => Err(DeleteBookError::NotFound),
        DeletedBook::HasPreBookings => Err(DeleteBookError::HasPreBookings),
    }
}
