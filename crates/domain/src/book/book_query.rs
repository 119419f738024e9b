use crate::{PageRequest, Text};

/// A part of a text to search for.
pub type SearchText = Text<0, 500>;

/// Conditions of a search for books. A book must match all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BookFilter {
    /// A part of the title or of the author, in any case.
    pub text: Option<SearchText>,
    /// A part of the author, in any case.
    pub author: Option<SearchText>,
    /// Only books that are in stock, or only books that are not.
    pub in_stock: Option<bool>,
    /// The lowest price to include, in cents.
    pub min_price_cents: Option<i64>,
    /// The highest price to include, in cents.
    pub max_price_cents: Option<i64>,
}

/// What to sort books by. The identifier breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BookSort {
    /// The title, alphabetically.
    Title,
    /// The author, alphabetically.
    Author,
    /// The price of a copy.
    Price,
    /// When the book was added.
    #[default]
    CreatedAt,
}

/// The direction to sort in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortDirection {
    /// Smallest, oldest or A first.
    Ascending,
    /// Largest, newest or Z first.
    #[default]
    Descending,
}

/// A query for one page of books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookQuery {
    /// Which books to include.
    pub filter: BookFilter,
    /// What to sort by.
    pub sort: BookSort,
    /// The direction to sort in.
    pub direction: SortDirection,
    /// The page to return.
    pub page: PageRequest,
}
