use async_trait::async_trait;

use super::{Book, BookChange, BookId, NewBook};
use crate::{RepositoryError, Timestamp};

/// The outcome of [`BookRepository::change`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedBook {
    /// The details were written. Contains the book as it is now.
    Changed(Box<Book>),
    /// No book has this identifier.
    NotFound,
    /// Another book has the new ISBN; nothing was written.
    IsbnTaken,
}

/// The outcome of [`BookRepository::delete`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletedBook {
    /// The book was deleted.
    Deleted,
    /// No book has this identifier.
    NotFound,
    /// The book was pre-booked, so it stays: the history of its pre-bookings must stay readable.
    HasPreBookings,
}

/// Port: writes the catalog, within a unit of work. After an outcome that is not success, the unit of work can only be
/// dropped. It never writes the stock of a book that exists:
/// [`StockRepository`](super::StockRepository) does. The ISBN-10 and the ISBN-13 of a book MUST count as the same ISBN.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait BookRepository: Send + Sync {
    /// Adds a book in round 0. Returns `None` and adds nothing if another book has its ISBN.
    async fn add(&self, book: &NewBook) -> Result<Option<Book>, RepositoryError>;

    /// Writes the details that change, and no others, in one statement. Of two changes of different details at the same
    /// time, none may be lost.
    async fn change(&self, id: BookId, change: &BookChange, now: Timestamp) -> Result<ChangedBook, RepositoryError>;

    /// Deletes a book that was never pre-booked, together with its restocks, which notified nobody.
    async fn delete(&self, id: BookId) -> Result<DeletedBook, RepositoryError>;
}
