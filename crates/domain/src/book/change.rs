use super::{Book, BookChange, BookId, BookRepository, ChangedBook};
use crate::{Clock, RepositoryError};

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

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::{MockBookRepository, Price};
    use crate::testing::{a_book, at, clock_at};

    async fn change_when_store_returns(outcome: ChangedBook) -> Result<Book, ChangeBookError> {
        let new_price = BookChange { price: Some(Price::from_stored(500)), ..BookChange::default() };
        let mut books = MockBookRepository::new();
        books
            .expect_change()
            .with(eq(a_book(0).id), eq(new_price.clone()), eq(at(9)))
            .times(1)
            .return_once(move |_, _, _| Ok(outcome));
        change(&books, &clock_at(9), a_book(0).id, &new_price).await
    }

    #[pollster::test]
    async fn returns_the_changed_book() {
        let changed = ChangedBook::Changed(Box::new(a_book(0)));
        assert_eq!(change_when_store_returns(changed).await.unwrap(), a_book(0));
    }

    #[pollster::test]
    async fn reports_an_unknown_book_and_an_isbn_conflict() {
        use ChangeBookError::{IsbnConflict, NotFound};
        assert!(matches!(change_when_store_returns(ChangedBook::NotFound).await, Err(NotFound)));
        assert!(matches!(change_when_store_returns(ChangedBook::IsbnTaken).await, Err(IsbnConflict)));
    }
}
