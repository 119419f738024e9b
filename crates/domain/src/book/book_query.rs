use crate::{PageRequest, Text};

/// A part of a text to look for.
pub type SearchText = Text<0, 500>;

/// Which books are asked for. All conditions hold at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookFilter {
    /// A part of the title or of the author, in any case.
    pub text: Option<SearchText>,
    /// A part of the author, in any case.
    pub author: Option<SearchText>,
    /// Whether there is a copy to sell.
    pub in_stock: Option<bool>,
    /// The lowest price, in cents.
    pub min_price_cents: Option<i64>,
    /// The highest price, in cents.
    pub max_price_cents: Option<i64>,
}

/// What a list of books is sorted by. The identifier breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BookSort {
    /// The title, in the alphabet's order.
    Title,
    /// The author, in the alphabet's order.
    Author,
    /// The price.
    Price,
    /// When the book entered the catalog.
    #[default]
    CreatedAt,
}

/// Which end of a sorted list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortDirection {
    /// The smallest, or the oldest.
    Ascending,
    /// The largest, or the newest.
    #[default]
    Descending,
}

/// One page of a search in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookQuery {
    /// Which books.
    pub filter: BookFilter,
    /// Sorted by what.
    pub sort: BookSort,
    /// In which direction.
    pub direction: SortDirection,
    /// Which page of them.
    pub page: PageRequest,
}
