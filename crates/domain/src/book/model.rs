use chrono::NaiveDate;

use super::{CoverImageUrl, Isbn, Price, StockQuantity};
use crate::id::define_id;
use crate::{Label, Text, Timestamp};

define_id! {
    /// Identifies a book.
    BookId
}

/// The title of a book.
pub type Title = Label<500>;
/// The author of a book, or several.
pub type Author = Label<255>;
/// A summary of a book.
pub type Description = Text<0, 10_000>;

/// The span between two restocks of a book, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Round(i64);

impl Round {
    /// Takes a number from the store.
    #[must_use]
    pub fn from_stored(number: i64) -> Self {
        Self(number)
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    /// Returns the round that follows this one.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What describes a book, apart from its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookDetails {
    /// Shown in lists and in e-mails. Several books may have the same.
    pub title: Title,
    /// Shown in lists and in e-mails.
    pub author: Author,
    /// The price of one copy.
    pub price: Price,
    /// Two books can't have the same.
    pub isbn: Option<Isbn>,
    /// A summary of the book.
    pub description: Option<Description>,
    /// The address of a picture of the cover.
    pub cover_image_url: Option<CoverImageUrl>,
    /// The day of publication, in the past or the future.
    pub publish_date: Option<NaiveDate>,
}

/// A book that is about to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBook {
    /// What describes the book.
    pub details: BookDetails,
    /// The number of copies to start with.
    pub stock_quantity: StockQuantity,
    /// When the book is added.
    pub created_at: Timestamp,
}

/// A book in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Identifies the book.
    pub id: BookId,
    /// What describes the book.
    pub details: BookDetails,
    /// The number of copies in stock.
    pub stock_quantity: StockQuantity,
    /// The current round.
    pub round: Round,
    /// When the book was added.
    pub created_at: Timestamp,
    /// When the details or the stock last changed.
    pub updated_at: Timestamp,
}

impl Book {
    /// Returns whether there is at least one copy.
    #[must_use]
    pub fn in_stock(&self) -> bool {
        self.stock_quantity > StockQuantity::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_count_up() {
        assert_eq!(Round::from_stored(3).next().get(), 4);
    }
}
