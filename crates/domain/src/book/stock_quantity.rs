use crate::InvalidValue;

/// Whole copies in stock: 0 to 2,147,483,647.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct StockQuantity(i32);

impl StockQuantity {
    /// No copy at all.
    pub const NONE: Self = Self(0);

    /// This many copies.
    ///
    /// # Errors
    /// It is negative, or above 2,147,483,647.
    pub fn new(copies: i64) -> Result<Self, InvalidValue> {
        match i32::try_from(copies) {
            Ok(copies) if copies >= 0 => Ok(Self(copies)),
            _ => Err(InvalidValue::new("must be a whole number from 0 to 2147483647")),
        }
    }

    /// So many copies as the store keeps; it was checked on its way in.
    #[must_use]
    pub fn from_stored(copies: i32) -> Self {
        Self(copies)
    }

    /// The number of copies.
    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}
