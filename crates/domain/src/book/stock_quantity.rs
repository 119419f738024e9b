use crate::InvalidValue;

/// A number of copies, from 0 to 2,147,483,647.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct StockQuantity(i32);

impl StockQuantity {
    /// No copies.
    pub const NONE: Self = Self(0);

    /// Checks a number that came from a user.
    ///
    /// # Errors
    /// The number is below 0 or above 2,147,483,647.
    pub fn new(copies: i64) -> Result<Self, InvalidValue> {
        match i32::try_from(copies) {
            Ok(copies) if copies >= 0 => Ok(Self(copies)),
            _ => Err(InvalidValue::new("must be a whole number from 0 to 2147483647")),
        }
    }

    /// Takes a number from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(copies: i32) -> Self {
        Self(copies)
    }

    /// Returns the number of copies.
    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_stored_number() {
        assert_eq!(StockQuantity::from_stored(7).get(), 7);
    }

    #[test]
    fn accepts_0_to_2147483647() {
        for (copies, accepted) in
            [(-1, None), (0, Some(0)), (7, Some(7)), (2_147_483_647, Some(i32::MAX)), (2_147_483_648, None)]
        {
            assert_eq!(StockQuantity::new(copies).map(StockQuantity::get).ok(), accepted, "{copies}");
        }
    }
}
