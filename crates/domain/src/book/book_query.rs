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

impl BookQuery {
    /// The highest number of matching books that is counted.
    pub const MAX_COUNTED: u64 = 10_000;

    /// Returns whether it takes more than a walk along an index: it has conditions, or is for a page beyond
    /// [`MAX_COUNTED`](Self::MAX_COUNTED).
    #[must_use]
    pub fn is_search(&self) -> bool {
        self.filter != BookFilter::default() || self.page.offset() >= Self::MAX_COUNTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageSize;

    #[test]
    fn only_the_first_pages_without_conditions_are_no_search() {
        let query = |filter: &BookFilter, number: u32| BookQuery {
            filter: filter.clone(),
            sort: BookSort::Title,
            direction: SortDirection::Ascending,
            page: PageRequest { number: number.try_into().unwrap(), size: PageSize::new(100).unwrap() },
        };
        let everything = BookFilter::default();
        for (number, is_search) in [(1, false), (100, false), (101, true)] {
            assert_eq!(query(&everything, number).is_search(), is_search, "page {number}");
        }
        let in_stock = BookFilter { in_stock: Some(true), ..BookFilter::default() };
        assert!(query(&in_stock, 1).is_search());
    }
}
