use std::fmt;

use crate::InvalidValue;

/// The price of one copy, in whole cents: above 0 and below 100,000,000.00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(i64);

const CENTS_PER_UNIT: i64 = 100;
/// The most digits before the decimal point: enough for every price, too few to overflow 64 bits.
const MAX_DIGITS: usize = 12;
const TOO_HIGH: i64 = 100_000_000 * CENTS_PER_UNIT;

impl Price {
    /// Takes a number of cents from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(cents: i64) -> Self {
        Self(cents)
    }

    /// Parses a decimal number such as `19.99`, `20` or `20.5`.
    ///
    /// # Errors
    /// The number is malformed, out of range, or has more than two decimals.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        parse_cents(text)
            .filter(|cents| (1..TOO_HIGH).contains(cents))
            .map(Self)
            .ok_or_else(|| InvalidValue::new("must be a number above 0 and below 100000000 with at most two decimals"))
    }

    /// Parses a bound to compare prices with, and returns it in cents. Unlike a price it may be 0, or higher than any
    /// price.
    ///
    /// # Errors
    /// The number is malformed, or has more than two decimals.
    pub fn parse_bound(text: &str) -> Result<i64, InvalidValue> {
        parse_cents(text).ok_or_else(|| InvalidValue::new("must be a number of at least 0 with at most two decimals"))
    }

    /// Returns the price in cents.
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

/// Shows two decimals: `19.99`.
impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / CENTS_PER_UNIT, self.0 % CENTS_PER_UNIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_shows_decimals() {
        for (text, shown) in
            [("19.99", "19.99"), ("20", "20.00"), ("20.5", "20.50"), ("0.01", "0.01"), ("007.10", "7.10")]
        {
            assert_eq!(Price::parse(text).unwrap().to_string(), shown);
        }
        assert_eq!(Price::parse("99999999.99").unwrap().cents(), 9_999_999_999);
    }

    #[test]
    fn parses_bounds_that_are_not_prices() {
        for (text, cents) in [
            ("0", 0),
            ("0.5", 50),
            ("19.99", 1999),
            ("100000000", 10_000_000_000),
            ("999999999999", 99_999_999_999_900),
        ] {
            assert_eq!(Price::parse_bound(text), Ok(cents), "{text}");
        }
        for text in ["", "-1", "1.999", "1e3", "1000000000000", "99999999999999999999"] {
            assert!(Price::parse_bound(text).is_err(), "accepted {text}");
        }
    }

    #[test]
    fn rejects_malformed_numbers() {
        let malformed = [
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
        for text in malformed {
            assert!(Price::parse(text).is_err(), "accepted {text}");
        }
    }
}
