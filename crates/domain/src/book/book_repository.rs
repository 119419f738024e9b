use async_trait::async_trait;

use super::{Book, BookChange, BookId, NewBook, Restock};
use crate::{RepositoryError, Timestamp};

/// What became of a change of a book's details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedBook {
    /// The book as it is now.
    Changed(Box<Book>),
    /// There is no such book.
    NotFound,
    /// Another book has that ISBN.
    IsbnTaken,
}

/// What became of a book that was to leave the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletedBook {
    /// It is gone.
    Deleted,
    /// There is no such book.
    NotFound,
    /// It stays: somebody pre-booked it once, and that history must stay readable.
    HasPreBookings,
}

/// Port: writes the catalog. An ISBN-10 and the ISBN-13 of the same book are the same ISBN.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait BookRepository: Send + Sync {
    /// Adds a book in round 0. `None` if another book has its ISBN; then nothing is added.
    ///
    /// # Errors
    /// The store failed.
    async fn add(&self, book: &NewBook) -> Result<Option<Book>, RepositoryError>;

    /// Writes the details that are to change, and no others, in one statement: two changes of different details at the
    /// same time MUST both last.
    ///
    /// # Errors
    /// The store failed.
    async fn change(&self, id: BookId, change: &BookChange, now: Timestamp) -> Result<ChangedBook, RepositoryError>;

    /// Deletes a book that was never pre-booked, and the restocks that notified nobody along with it.
    ///
    /// # Errors
    /// The store failed.
    async fn delete(&self, id: BookId) -> Result<DeletedBook, RepositoryError>;

    /// The book with this identifier, locked until the unit of work ends against every other change of its stock.
    ///
    /// MUST show what was committed last when the lock is held, and MUST let placements go on meanwhile.
    ///
    /// # Errors
    /// The store failed, or the lock was not to be had in time.
    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError>;

    /// Writes a book's stock, round and time of change.
    ///
    /// # Errors
    /// The store failed.
    async fn save_stock(&self, book: &Book) -> Result<(), RepositoryError>;

    /// Records a restock. MUST fail if the book has one of that round.
    ///
    /// # Errors
    /// The store failed.
    async fn add_restock(&self, restock: &Restock) -> Result<(), RepositoryError>;
}
