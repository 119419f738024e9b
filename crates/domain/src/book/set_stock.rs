use serde_json::json;

use super::{BookId, StockChange, StockQuantity};
use crate::audit::{Action, Change, Origin};
use crate::{Clock, RepositoryError, UnitOfWorkFactory};

/// Why a book's stock was not set.
#[derive(Debug, thiserror::Error)]
pub enum SetStockError {
    /// No book has this identifier.
    #[error("there is no such book")]
    BookNotFound,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Sets the stock of a book. If this is a restock, the same commit notifies every user who waits for the book. It costs
/// the same for any number of them: the restock is recorded once, and their statuses follow from it.
pub async fn set_stock(
    units: &dyn UnitOfWorkFactory,
    clock: &dyn Clock,
    origin: &Origin,
    id: BookId,
    quantity: StockQuantity,
) -> Result<StockChange, SetStockError> {
    let unit = units.begin().await?;
    let book = unit.stock().find_for_stock_change(id).await?.ok_or(SetStockError::BookNotFound)?;
    // Read the time after the lock is held, so that the restocks of a book are in the order of their times.
    let (before, now) = (book.stock_quantity, clock.now());
    let change = book.set_stock(quantity, now);
    unit.stock().save(&change.book).await?;
    if let Some(restock) = &change.restock {
        unit.stock().add_restock(restock).await?;
    }
    let details = json!({ "from": before.get(), "to": quantity.get(), "restocked": change.restock.is_some() });
    unit.audit().add(origin, &Change::of_book(Action::StockSet, id, details), now).await?;
    unit.commit().await?;
    Ok(change)
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::audit::MockAuditRepository;
    use crate::book::MockStockRepository;
    use crate::testing::{FakeUnitOfWork, a_book, an_origin, at, clock_at, recording, store_failure};

    fn recorded(from: i64, to: i64, restocked: bool) -> MockAuditRepository {
        let details = json!({ "from": from, "to": to, "restocked": restocked });
        recording(Change::of_book(Action::StockSet, a_book(from).id, details), at(60))
    }

    fn quantity(copies: i64) -> StockQuantity {
        StockQuantity::new(copies).unwrap()
    }

    fn holding(copies: i64) -> MockStockRepository {
        let mut stock = MockStockRepository::new();
        stock
            .expect_find_for_stock_change()
            .with(eq(a_book(copies).id))
            .times(1)
            .returning(move |_| Ok(Some(a_book(copies))));
        stock
    }

    #[pollster::test]
    async fn commits_a_restock_together_with_the_stock() {
        let expected = a_book(0).set_stock(quantity(5), at(60));
        let mut stock = holding(0);
        stock.expect_save().with(eq(expected.book.clone())).times(1).returning(|_| Ok(()));
        stock.expect_add_restock().with(eq(expected.restock.clone().unwrap())).times(1).returning(|_| Ok(()));
        let audit = recorded(0, 5, true);
        let units = FakeUnitOfWork { stock, audit, ..FakeUnitOfWork::default() }.into_factory();

        let change = set_stock(&units, &clock_at(60), &an_origin(), a_book(0).id, quantity(5)).await.unwrap();

        assert_eq!(change, expected);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn adds_no_restock_if_the_book_was_in_stock() {
        let mut stock = holding(5);
        stock.expect_save().times(1).returning(|_| Ok(()));
        stock.expect_add_restock().never();
        let audit = recorded(5, 10, false);
        let units = FakeUnitOfWork { stock, audit, ..FakeUnitOfWork::default() }.into_factory();

        let change = set_stock(&units, &clock_at(60), &an_origin(), a_book(5).id, quantity(10)).await.unwrap();

        assert_eq!(change.restock, None);
        assert!(units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_the_stock_without_its_restock() {
        let mut stock = holding(0);
        stock.expect_save().times(1).returning(|_| Ok(()));
        stock.expect_add_restock().times(1).returning(|_| Err(store_failure()));
        let units = FakeUnitOfWork { stock, ..FakeUnitOfWork::default() }.into_factory();

        let result = set_stock(&units, &clock_at(60), &an_origin(), a_book(0).id, quantity(5)).await;

        assert!(matches!(result, Err(SetStockError::Repository(_))));
        assert!(!units.committed());
    }

    #[pollster::test]
    async fn does_not_commit_for_an_unknown_book() {
        let mut stock = MockStockRepository::new();
        stock.expect_find_for_stock_change().returning(|_| Ok(None));
        let units = FakeUnitOfWork { stock, ..FakeUnitOfWork::default() }.into_factory();

        let result = set_stock(&units, &clock_at(60), &an_origin(), a_book(0).id, quantity(5)).await;

        assert!(matches!(result, Err(SetStockError::BookNotFound)));
        assert!(!units.committed());
    }
}
