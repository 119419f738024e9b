use super::{BookId, BookRepository, DeletedBook};
use crate::RepositoryError;

/// Why a book was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteBookError {
    /// No book has this identifier.
    #[error("there is no such book")]
    NotFound,
    /// The book was pre-booked, and the history of its pre-bookings must stay readable.
    #[error("the book has pre-bookings")]
    HasPreBookings,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Deletes a book that was never pre-booked.
pub async fn delete(books: &dyn BookRepository, id: BookId) -> Result<(), DeleteBookError> {
    match books.delete(id).await? {
        DeletedBook::Deleted => Ok(()),
        DeletedBook::NotFound => Err(DeleteBookError::NotFound),
        DeletedBook::HasPreBookings => Err(DeleteBookError::HasPreBookings),
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::MockBookRepository;
    use crate::testing::a_book;

    async fn delete_when_store_returns(outcome: DeletedBook) -> Result<(), DeleteBookError> {
        let mut books = MockBookRepository::new();
        books.expect_delete().with(eq(a_book(0).id)).times(1).returning(move |_| Ok(outcome));
        delete(&books, a_book(0).id).await
    }

    #[pollster::test]
    async fn deletes_the_book() {
        delete_when_store_returns(DeletedBook::Deleted).await.unwrap();
    }

    #[pollster::test]
    async fn reports_an_unknown_book_and_one_with_pre_bookings() {
        use DeleteBookError::{HasPreBookings, NotFound};
        assert!(matches!(delete_when_store_returns(DeletedBook::NotFound).await, Err(NotFound)));
        assert!(matches!(delete_when_store_returns(DeletedBook::HasPreBookings).await, Err(HasPreBookings)));
    }
}
