use super::{Book, BookId, Round, StockQuantity};
use crate::Timestamp;
use crate::id::define_id;

define_id! {
    /// Identifies a restock.
    RestockId
}

/// The fact that a book came back: its stock went from none to some, which notifies everyone who waited in the round
/// that it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restock {
    /// The book that came back.
    pub book_id: BookId,
    /// The round that this ended.
    pub round: Round,
    /// How many copies came.
    pub quantity: StockQuantity,
    /// When it happened.
    pub restocked_at: Timestamp,
}

/// What setting a book's stock makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockChange {
    /// The book with its new stock and round.
    pub book: Book,
    /// The restock, if this was one.
    pub restock: Option<Restock>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_book, at};

    #[test]
    fn only_from_none_to_some_is_a_restock() {
        for (from, to, restocks) in
            [(0, 0, false), (0, 1, true), (0, 7, true), (5, 10, false), (5, 5, false), (5, 3, false), (5, 0, false)]
        {
            let book = a_book(from);
            let change = book.clone().set_stock(StockQuantity::new(to).unwrap(), at(7));

            assert_eq!(change.restock.is_some(), restocks, "{from} -> {to}");
            let round = if restocks { book.round.next() } else { book.round };
            assert_eq!(change.book.round, round, "{from} -> {to}");
            assert_eq!(i64::from(change.book.stock_quantity.get()), to);
            assert_eq!(change.book.updated_at, at(7));
        }
    }

    #[test]
    fn a_restock_belongs_to_the_round_that_it_ends() {
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
