use std::num::NonZeroU32;

use crate::InvalidValue;

/// The most items that a page may have, from 1 to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize<const MAX: u32>(u32);

impl<const MAX: u32> PageSize<MAX> {
    /// The largest page.
    pub const MAX: Self = Self(MAX);

    /// Checks a number that came from a user.
    ///
    /// # Errors
    /// The number is 0 or above `MAX`.
    pub fn new(items: u32) -> Result<Self, InvalidValue> {
        if (1..=MAX).contains(&items) {
            Ok(Self(items))
        } else {
            Err(InvalidValue::new(format!("must be a whole number from 1 to {MAX}")))
        }
    }

    /// Returns the number of items.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Truncates a list that was read with `limit + 1` to `limit` items. Returns the position of the last one if the list
/// goes on after it.
pub(crate) fn truncate<T, P, const MAX: u32>(
    mut items: Vec<T>,
    limit: PageSize<MAX>,
    position: impl Fn(&T) -> P,
) -> (Vec<T>, Option<P>) {
    let limit = limit.get() as usize;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().map(position).filter(|_| has_more);
    (items, next)
}

/// A request for one page of a numbered list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Counted from 1.
    pub number: NonZeroU32,
    /// The number of items per page.
    pub size: PageSize<100>,
}

impl PageRequest {
    /// Returns the number of items before this page.
    #[must_use]
    pub fn offset(&self) -> u64 {
        u64::from(self.number.get() - 1) * u64::from(self.size.get())
    }
}

/// One page of a numbered list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// The number of items on all pages together.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_1_to_the_maximum() {
        for (items, accepted) in [(0, false), (1, true), (100, true), (101, false)] {
            let size = PageSize::<100>::new(items);
            assert_eq!(size.map(PageSize::get).ok(), accepted.then_some(items), "{items}");
        }
    }

    #[test]
    fn truncates_to_the_limit_and_says_whether_the_list_goes_on() {
        let limit = PageSize::<100>::new(2).unwrap();
        for (read, items, next) in [
            (vec![], vec![], None),
            (vec![1], vec![1], None),
            (vec![1, 2], vec![1, 2], None),
            (vec![1, 2, 3], vec![1, 2], Some(20)),
        ] {
            assert_eq!(truncate(read, limit, |item| item * 10), (items, next));
        }
    }

    #[test]
    fn offset_counts_the_items_before_the_page() {
        for (number, size, offset) in [(1, 20, 0), (2, 20, 20), (4, 7, 21), (u32::MAX, 100, 429_496_729_400)] {
            let page = PageRequest { number: number.try_into().unwrap(), size: PageSize::new(size).unwrap() };
            assert_eq!(page.offset(), offset, "page {number} of {size} items");
        }
    }
}
