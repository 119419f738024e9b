use std::fmt;

use crate::InvalidValue;

/// What one copy costs, in whole cents: above 0 and below 100,000,000.00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(i64);

const CENTS_PER_UNIT: i64 = 100;
/// What any price needs, and what is far from the end of 64 bits.
const MAX_DIGITS: usize = 12;
const TOO_HIGH: i64 = 100_000_000 * CENTS_PER_UNIT;

impl Price {
    /// A price of so many cents that the store keeps; it was checked on its way in.
    #[must_use]
    pub fn from_stored(cents: i64) -> Self {
        Self(cents)
    }

    /// Reads a decimal number such as `19.99`, `20` or `20.5`.
    ///
    /// # Errors
    /// It is not such a number, has more than two decimals, or is out of range.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        parse_cents(text)
            .filter(|cents| (1..TOO_HIGH).contains(cents))
            .map(Self)
            .ok_or_else(|| InvalidValue::new("must be a number above 0 and below 100000000 with at most two decimals"))
    }

    /// Reads a bound that prices are compared with, in cents; unlike a price it may be 0, or higher than any price.
    ///
    /// # Errors
    /// It is no such number, or has more than two decimals.
    pub fn parse_bound(text: &str) -> Result<i64, InvalidValue> {
        parse_cents(text).ok_or_else(|| InvalidValue::new("must be a number of at least 0 with at most two decimals"))
    }

    /// The price in cents.
    #[must_use]
    pub fn cents(self) -> i64 {
        self.0
    }
}

fn parse_cents(text: &str) -> Option<i64> {
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(units) || units.len() > MAX_DIGITS || !is_number(decimals) || decimals.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{decimals:0<2}").parse().ok()?;
    Some(units.parse::<i64>().ok()? * CENTS_PER_UNIT + cents)
}

/// With two decimals: `19.99`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / CENTS_PER_UNIT, self.0 % CENTS_PER_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_shows_decimals() {
        for (text, shown) in
            [("19.99", "19.99"), ("20", "20.00"), ("20.5", "20.50"), ("0.01", "0.01"), ("007.10", "7.10")]
        {
            assert_eq!(Price::parse(text).unwrap().to_string(), shown);
        }
        assert_eq!(Price::parse("99999999.99").unwrap().cents(), 9_999_999_999);
    }

    #[test]
    fn refuses_everything_else() {
        let refused = [
            "",
            ".",
            "1.",
            ".5",
            "0",
            "0.00",
            "-1",
            "+1",
            "1.999",
            "1.000",
            "1e3",
            "1,5",
            " 1",
            "NaN",
            "100000000",
            "99999999999999999999",
            "९",
        ];
        for text in refused {
            assert!(Price::parse(text).is_err(), "{text} was taken");
        }
    }
}
