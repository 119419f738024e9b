use chrono::NaiveDate;

use super::{CoverImageUrl, Isbn, Price, Restock, StockChange, StockQuantity};
use crate::id::define_id;
use crate::{Text, Timestamp};

define_id! {
    /// Identifies a book.
    BookId
}

/// A book's title.
pub type Title = Text<1, 500>;
/// Who wrote a book.
pub type Author = Text<1, 255>;
/// What a book is about.
pub type Description = Text<0, 10_000>;

/// The span between two restocks of a book, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Round(i64);

impl Round {
    /// The round with this number, as the store keeps it.
    #[must_use]
    pub fn from_stored(number: i64) -> Self {
        Self(number)
    }

    /// The round's number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    /// The round that begins when this one ends.
    #[must_use]
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What describes a book, apart from its stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookDetails {
    /// Its title.
    pub title: Title,
    /// Who wrote it.
    pub author: Author,
    /// What one copy costs.
    pub price: Price,
    /// Its ISBN; no two books have the same.
    pub isbn: Option<Isbn>,
    /// What it is about.
    pub description: Option<Description>,
    /// Where a picture of its cover is.
    pub cover_image_url: Option<CoverImageUrl>,
    /// The day on which it is or was published.
    pub publish_date: Option<NaiveDate>,
}

/// A book that is about to enter the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBook {
    /// What describes it.
    pub details: BookDetails,
    /// How many copies there are to begin with.
    pub stock_quantity: StockQuantity,
    /// When it enters.
    pub created_at: Timestamp,
}

/// A title in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Its identifier.
    pub id: BookId,
    /// What describes it.
    pub details: BookDetails,
    /// How many copies there are to sell.
    pub stock_quantity: StockQuantity,
    /// The round that runs at present.
    pub round: Round,
    /// When it entered the catalog.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Book {
    /// Whether there is a copy to sell.
    #[must_use]
    pub fn in_stock(&self) -> bool {
        self.stock_quantity > StockQuantity::NONE
    }

    /// Sets the stock. From none to some is a restock, which ends the round; nothing else is.
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
