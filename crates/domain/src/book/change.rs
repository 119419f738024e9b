use serde_json::json;

use super::{Book, BookChange, BookId, ChangedBook};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a book was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeBookError {
    /// No book has this identifier.
    #[error("there is no such book")]
    NotFound,
    /// Another book has the new ISBN, as ISBN-10 or ISBN-13.
    #[error("another book has this ISBN")]
    IsbnConflict,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Changes the details of a book. To change its stock, call [`set_stock`](super::set_stock).
pub async fn change(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    id: BookId,
    change: &BookChange,
) -> Result<Book, ChangeBookError> {
    let now = clock.now();
    let unit = units.begin().await?;
    let book = match unit.books().change(id, change, now).await? {
        ChangedBook::Changed(book) => *book,
        ChangedBook::NotFound => return Err(ChangeBookError::NotFound),
        ChangedBook::IsbnTaken => return Err(ChangeBookError::IsbnConflict),
    };
    let fields = json!({ "fields": change.fields() });
    unit.audit().add(origin, &Change::of_book(Action::BookChanged, id, fields), now).await?;
    unit.commit().await?;
    Ok(book)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::{MockBookRepository, Price};
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_book, an_origin, at, clock_at, recording};

    fn new_price() -> BookChange {
        BookChange { price: Some(Price::from_stored(500)), ..BookChange::default() }
    }

    fn storing(outcome: ChangedBook) -> MockBookRepository {
        let mut books = MockBookRepository::new();
        books
            .expect_change()
            .with(eq(a_book(0).id), eq(new_price()), eq(at(9)))
            .times(1)
            .return_once(move |_, _, _| Ok(outcome));
        books
    }

    async fn change_in(units: &FakeUnitOfWorkFactory) -> Result<Book, ChangeBookError> {
        change(units, &clock_at(9), &an_origin(), a_book(0).id, &new_price()).await
    }

    #[pollster::test]
    async fn returns_and_records_the_changed_book() {
        let details = json!({ "fields": ["price"] });
        let audit = recording(Change::of_book(Action::BookChanged, a_book(0).id, details), at(9));
        let books = storing(ChangedBook::Changed(Box::new(a_book(0))));
        let units = FakeUnitOfWork { books, audit, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(change_in(&units).await.unwrap(), a_book(0));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn reports_an_unknown_book_and_an_isbn_conflict() {
        use ChangeBookError::{IsbnConflict, NotFound};
        for (outcome, is_expected) in [
            (ChangedBook::NotFound, (|error| matches!(error, NotFound)) as fn(ChangeBookError) -> bool),
            (ChangedBook::IsbnTaken, |error| matches!(error, IsbnConflict)),
        ] {
            let units = FakeUnitOfWork { books: storing(outcome), ..FakeUnitOfWork::default() }.into_factory();
            assert!(is_expected(change_in(&units).await.unwrap_err()));
            assert!(!units.committed());
        }
    }
}
