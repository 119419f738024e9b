use super::{Book, BookId, Round, StockQuantity};
use crate::Timestamp;
use crate::id::define_id;

define_id! {
    /// Identifies a restock.
    RestockId
}

/// A change of a book's stock from no copies to some. It ends the book's round, and notifies every user who waited in
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restock {
    /// The book that was restocked.
    pub book_id: BookId,
    /// The round that this restock ended.
    pub round: Round,
    /// The number of copies after the restock.
    pub quantity: StockQuantity,
    /// When the stock changed; it is the `notified_at` of the users who waited.
    pub restocked_at: Timestamp,
}

/// The result of setting a book's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// The book with its new stock and round.
    pub book: Book,
    /// The restock, if this was one.
    pub restock: Option<Restock>,
}

impl Book {
    /// Sets the stock. A change from no copies to some is a restock, and ends the round; no other change is.
    #[must_use]
    pub fn set_stock(self, quantity: StockQuantity, now: Timestamp) -> StockChange {
        let restock = (!self.in_stock() && quantity > StockQuantity::NONE).then_some(Restock {
            book_id: self.id,
            round: self.round,
            quantity,
            restocked_at: now,
        });
        let round = if restock.is_some() { self.round.next() } else { self.round };
        StockChange { book: Self { stock_quantity: quantity, round, updated_at: now, ..self }, restock }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_book, at};

    #[test]
    fn only_zero_to_positive_is_a_restock() {
        for (from, to, restocks) in
            [(0, 0, false), (0, 1, true), (0, 7, true), (5, 10, false), (5, 5, false), (5, 3, false), (5, 0, false)]
        {
            let book = a_book(from);
            let change = book.clone().set_stock(StockQuantity::new(to).unwrap(), at(7));

            assert_eq!(change.restock.is_some(), restocks, "{from} -> {to}");
            assert_eq!(change.book.round.get() - book.round.get(), i64::from(restocks), "{from} -> {to}");
            assert_eq!(i64::from(change.book.stock_quantity.get()), to);
            assert_eq!(change.book.updated_at, at(7));
        }
    }

    #[test]
    fn records_the_round_that_the_restock_ends() {
        let book = a_book(0);
        let change = book.clone().set_stock(StockQuantity::new(4).unwrap(), at(9));
        let expected = Restock {
            book_id: book.id,
            round: book.round,
            quantity: StockQuantity::new(4).unwrap(),
            restocked_at: at(9),
        };
        assert_eq!(change.restock, Some(expected));
    }
}
