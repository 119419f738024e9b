use crate::InvalidValue;

/// An ISBN-10 or ISBN-13 with a valid check digit (ISO 2108), without hyphens or spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isbn(String);

impl Isbn {
    /// Removes hyphens and spaces, converts `x` to `X`, and checks the ISBN. Returns `None` if nothing is left.
    ///
    /// # Errors
    /// The ISBN is malformed, or its check digit is wrong.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidValue> {
        let digits = text.replace(['-', ' '], "").to_ascii_uppercase();
        if digits.is_empty() {
            return Ok(None);
        }
        let valid = match digits.parse::<isbn::Isbn>() {
            Ok(isbn::Isbn::_10(_)) => true,
            // Every EAN-13 has such a check digit; the prefix tells books from other goods.
            Ok(isbn::Isbn::_13(_)) => digits.starts_with("978") || digits.starts_with("979"),
            Err(_) => false,
        };
        if valid {
            Ok(Some(Self(digits)))
        } else {
            Err(InvalidValue::new("must be an ISBN-10 or ISBN-13 with a valid check digit"))
        }
    }

    /// Takes an ISBN from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(digits: String) -> Self {
        Self(digits)
    }

    /// Returns the 10 or 13 digits; the last one of an ISBN-10 may be `X`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_hyphens_and_spaces() {
        for (text, kept) in [
            ("0-306-40615-2", "0306406152"),
            ("978-0-306-40615-7", "9780306406157"),
            ("978 0 306 40615 7", "9780306406157"),
            ("0-8044-2957-x", "080442957X"),
        ] {
            assert_eq!(Isbn::parse(text).unwrap().unwrap().as_str(), kept);
        }
    }

    #[test]
    fn reads_an_empty_isbn_as_none() {
        assert_eq!(Isbn::parse(" - ").unwrap(), None);
    }

    #[test]
    fn rejects_malformed_isbns() {
        for text in
            ["0306406153", "9780306406158", "123", "4006381333931", "97803064061570", "abcdefghij", "978030640615X"]
        {
            assert!(Isbn::parse(text).is_err(), "accepted {text}");
        }
    }
}
