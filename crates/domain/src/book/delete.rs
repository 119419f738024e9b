use serde_json::json;

use super::{BookId, DeletedBook};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

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
pub async fn delete(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    id: BookId,
) -> Result<(), DeleteBookError> {
    let unit = units.begin().await?;
    match unit.books().delete(id).await? {
        DeletedBook::Deleted => {}
        DeletedBook::NotFound => return Err(DeleteBookError::NotFound),
        DeletedBook::HasPreBookings => return Err(DeleteBookError::HasPreBookings),
    }
    unit.audit().add(origin, &Change::of_book(Action::BookDeleted, id, json!({})), clock.now()).await?;
    unit.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::MockBookRepository;
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_book, an_origin, at, clock_at, recording};

    fn storing(outcome: DeletedBook) -> MockBookRepository {
        let mut books = MockBookRepository::new();
        books.expect_delete().with(eq(a_book(0).id)).times(1).returning(move |_| Ok(outcome));
        books
    }

    async fn delete_in(units: &FakeUnitOfWorkFactory) -> Result<(), DeleteBookError> {
        delete(units, &clock_at(9), &an_origin(), a_book(0).id).await
    }

    #[pollster::test]
    async fn deletes_the_book_and_records_it() {
        let audit = recording(Change::of_book(Action::BookDeleted, a_book(0).id, json!({})), at(9));
        let books = storing(DeletedBook::Deleted);
        let units = FakeUnitOfWork { books, audit, ..FakeUnitOfWork::default() }.into_factory();
        delete_in(&units).await.unwrap();
        assert!(units.committed());
    }

    #[pollster::test]
    async fn reports_an_unknown_book_and_one_with_pre_bookings() {
        use DeleteBookError::{HasPreBookings, NotFound};
        for (outcome, is_expected) in [
            (DeletedBook::NotFound, (|error| matches!(error, NotFound)) as fn(DeleteBookError) -> bool),
            (DeletedBook::HasPreBookings, |error| matches!(error, HasPreBookings)),
        ] {
            let units = FakeUnitOfWork { books: storing(outcome), ..FakeUnitOfWork::default() }.into_factory();
            assert!(is_expected(delete_in(&units).await.unwrap_err()));
            assert!(!units.committed());
        }
    }
}
