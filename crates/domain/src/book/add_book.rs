use super::{Book, BookDetails, BookRepository, NewBook, StockQuantity};
use crate::{Clock, RepositoryError};

/// Why a book was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddBookError {
    /// Another book has its ISBN.
    #[error("another book has this ISBN")]
    IsbnConflict,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Adds a book to the catalog.
///
/// # Errors
/// See [`AddBookError`].
pub async fn add_book(
    books: &dyn BookRepository,
    clock: &dyn Clock,
    details: BookDetails,
    stock_quantity: StockQuantity,
) -> Result<Book, AddBookError> {
    let book = NewBook { details, stock_quantity, created_at: clock.now() };
    books.add(&book).await?.ok_or(AddBookError::IsbnConflict)
}
