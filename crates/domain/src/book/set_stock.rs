use super::{BookId, StockChange, StockQuantity};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a book's stock was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetStockError {
    /// There is no such book.
    #[error("there is no such book")]
    BookNotFound,
    /// The store failed; the stock is what it was, and nobody was notified.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Sets a book's stock. If that restocks it, everyone who waits for it is notified by the same commit, however many
/// there are: the restock is recorded once, and every status follows from it.
///
/// # Errors
/// See [`SetStockError`].
pub async fn set_stock(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    id: BookId,
    quantity: StockQuantity,
) -> Result<StockChange, SetStockError> {
    let unit = units.begin().await?;
    let book = unit.books().find_for_stock_change(id).await?.ok_or(SetStockError::BookNotFound)?;
    // The time is read after the lock is held, so that restocks of one book are in the order of their times.
    let change = book.set_stock(quantity, clock.now());
    unit.books().save_stock(&change.book).await?;
    if let Some(restock) = &change.restock {
        unit.books().add_restock(restock).await?;
    }
    unit.commit().await?;
    Ok(change)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::MockBookRepository;
    use crate::testing::{FakeUnitOfWork, a_book, at, clock_at, store_failure};

    fn quantity(copies: i64) -> StockQuantity {
        StockQuantity::new(copies).unwrap()
    }

    fn books_with(stock: i64) -> MockBookRepository {
        let mut books = MockBookRepository::new();
        books
            .expect_find_for_stock_change()
            .with(eq(a_book(stock).id))
            .times(1)
            .returning(move |_| Ok(Some(a_book(stock))));
        books
    }

    #[pollster::test]
    async fn a_restock_is_recorded_and_committed_with_the_stock() {
        let expected = a_book(0).set_stock(quantity(5), at(60));
        let mut books = books_with(0);
        books.expect_save_stock().with(eq(expected.book.clone())).times(1).returning(|_| Ok(()));
        books.expect_add_restock().with(eq(expected.restock.clone().unwrap())).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { books, ..FakeUnitOfWork::default() }.into_factory();

        let change = set_stock(&units, &clock_at(60), a_book(0).id, quantity(5)).await.unwrap();

        assert_eq!(change, expected);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn positive_to_positive_adds_no_restock() {
        let mut books = books_with(5);
        books.expect_save_stock().times(1).returning(|_| Ok(()));
        books.expect_add_restock().never();
        let units = FakeUnitOfWork { books, ..FakeUnitOfWork::default() }.into_factory();

        let change = set_stock(&units, &clock_at(60), a_book(5).id, quantity(10)).await.unwrap();

        assert_eq!(change.restock, None);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn a_restock_that_can_not_be_recorded_commits_nothing() {
        let mut books = books_with(0);
        books.expect_save_stock().times(1).returning(|_| Ok(()));
        books.expect_add_restock().times(1).returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { books, ..FakeUnitOfWork::default() }.into_factory();

        let result = set_stock(&units, &clock_at(60), a_book(0).id, quantity(5)).await;

        assert!(matches!(result, Err(SetStockError::Repository(_))));
        assert!(!units.committed());
    }

    #[pollster::test]
    async fn an_unknown_book_commits_nothing() {
        let mut books = MockBookRepository::new();
        books.expect_find_for_stock_change().returning(|_| Ok(None));
        let units = FakeUnitOfWork { books, ..FakeUnitOfWork::default() }.into_factory();

        let result = set_stock(&units, &clock_at(60), a_book(0).id, quantity(5)).await;

        assert!(matches!(result, Err(SetStockError::BookNotFound)));
        assert!(!units.committed());
    }
}
