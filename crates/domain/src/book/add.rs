use super::{Book, BookDetails, BookRepository, NewBook, StockQuantity};
use crate::{Clock, RepositoryError};

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
    books: &dyn BookRepository,
    clock: &dyn Clock,
    details: BookDetails,
    stock_quantity: StockQuantity,
) -> Result<Book, AddBookError> {
    let book = NewBook { details, stock_quantity, created_at: clock.now() };
    books.add(&book).await?.ok_or(AddBookError::IsbnConflict)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::MockBookRepository;
    use crate::testing::{a_book, at, clock_at};

    async fn add_when_store_returns(added: Option<Book>) -> Result<Book, AddBookError> {
        let Book { details, stock_quantity, .. } = a_book(5);
        let expected = NewBook { details: details.clone(), stock_quantity, created_at: at(9) };
        let mut books = MockBookRepository::new();
        books.expect_add().with(eq(expected)).times(1).return_once(move |_| Ok(added));
        add(&books, &clock_at(9), details, stock_quantity).await
    }

    #[pollster::test]
    async fn adds_the_book_with_the_current_time() {
        assert_eq!(add_when_store_returns(Some(a_book(5))).await.unwrap(), a_book(5));
    }

    #[pollster::test]
    async fn reports_an_isbn_conflict() {
        assert!(matches!(add_when_store_returns(None).await, Err(AddBookError::IsbnConflict)));
    }
}
