use std::num::NonZeroU32;

use crate::InvalidValue;

/// How many items a page may have: 1 to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize<const MAX: u32>(u32);

impl<const MAX: u32> PageSize<MAX> {
    /// A page of this many items.
    ///
    /// # Errors
    /// It is 0 or above `MAX`.
    pub fn new(items: u32) -> Result<Self, InvalidValue> {
        if (1..=MAX).contains(&items) {
            Ok(Self(items))
        } else {
            Err(InvalidValue::new(format!("must be a whole number from 1 to {MAX}")))
        }
    }

    /// The number of items.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// Cuts a stretch of a list, of which one item more than `limit` was asked for, to its size. Gives its last item's position
/// if there is more behind it.
pub(crate) fn cut<T, P, const MAX: u32>(
    mut items: Vec<T>,
    limit: PageSize<MAX>,
    position: impl Fn(&T) -> P,
) -> (Vec<T>, Option<P>) {
    let limit = limit.get() as usize;
    let is_last = items.len() <= limit;
    items.truncate(limit);
    let next = items.last().map(position).filter(|_| !is_last);
    (items, next)
}

/// Which page of a numbered list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Counted from 1.
    pub number: NonZeroU32,
    /// How many items a page has.
    pub size: PageSize<100>,
}

impl PageRequest {
    /// How many items lie before this page.
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
    /// How many items all pages have together.
    pub total: u64,
}
