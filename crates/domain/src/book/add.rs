use serde_json::json;

use super::{Book, BookDetails, NewBook, StockQuantity};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a book was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddBookError {
    /// Another book has this ISBN, as ISBN-10 or ISBN-13.
    #[error("another book has this ISBN")]
    IsbnConflict,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Adds a book to the catalog. It starts in round 0, also if it is in stock.
pub async fn add(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    details: BookDetails,
    stock_quantity: StockQuantity,
) -> Result<Book, AddBookError> {
    let book = NewBook { details, stock_quantity, created_at: clock.now() };
    let unit = units.begin().await?;
    let book = unit.books().add(&book).await?.ok_or(AddBookError::IsbnConflict)?;
    let added = json!({ "title": book.details.title.as_str(), "quantity": book.stock_quantity.get() });
    unit.audit().add(origin, &Change::of_book(Action::BookAdded, book.id, added), book.created_at).await?;
    unit.commit().await?;
    Ok(book)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::MockBookRepository;
    use crate::testing::{FakeUnitOfWork, FakeUnitOfWorkFactory, a_book, an_origin, at, clock_at, recording};

    async fn add_in(units: &FakeUnitOfWorkFactory) -> Result<Book, AddBookError> {
        let Book { details, stock_quantity, .. } = a_book(5);
        add(units, &clock_at(0), &an_origin(), details, stock_quantity).await
    }

    fn storing(added: Option<Book>) -> MockBookRepository {
        let Book { details, stock_quantity, .. } = a_book(5);
        let expected = NewBook { details, stock_quantity, created_at: at(0) };
        let mut books = MockBookRepository::new();
        books.expect_add().with(eq(expected)).times(1).return_once(move |_| Ok(added));
        books
    }

    #[pollster::test]
    async fn adds_and_records_the_book_with_the_current_time() {
        let details = json!({ "title": "Solaris", "quantity": 5 });
        let audit = recording(Change::of_book(Action::BookAdded, a_book(5).id, details), at(0));
        let books = storing(Some(a_book(5)));
        let units = FakeUnitOfWork { books, audit, ..FakeUnitOfWork::default() }.into_factory();

        assert_eq!(add_in(&units).await.unwrap(), a_book(5));
        assert!(units.committed());
    }

    #[pollster::test]
    async fn reports_an_isbn_conflict() {
        let units = FakeUnitOfWork { books: storing(None), ..FakeUnitOfWork::default() }.into_factory();
        assert!(matches!(add_in(&units).await, Err(AddBookError::IsbnConflict)));
        assert!(!units.committed());
    }
}
