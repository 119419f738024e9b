use crate::InvalidValue;

/// A text of `MIN` to `MAX` characters. It contains no NUL, which not every store can keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks a text and keeps it unchanged.
    ///
    /// # Errors
    /// The text is too short or too long, counted in Unicode scalar values, or contains NUL.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        if text.contains('\0') {
            return Err(InvalidValue::new("must not contain a NUL character"));
        }
        if !(MIN..=MAX).contains(&text.chars().count()) {
            return Err(InvalidValue::new(if MIN == 0 {
                format!("must have at most {MAX} characters")
            } else {
                format!("must have {MIN} to {MAX} characters")
            }));
        }
        Ok(Self(text))
    }

    /// Takes a text from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert_eq!(Text::<1, 3>::parse("äöü").unwrap().as_str(), "äöü");
        assert!(Text::<1, 3>::parse("äöüß").is_err());
    }

    #[test]
    fn error_names_the_bounds() {
        assert_eq!(Text::<1, 3>::parse("").unwrap_err().to_string(), "must have 1 to 3 characters");
        assert_eq!(Text::<0, 3>::parse("abcd").unwrap_err().to_string(), "must have at most 3 characters");
    }

    #[test]
    fn rejects_nul() {
        assert_eq!(Text::<1, 3>::parse("a\0").unwrap_err().to_string(), "must not contain a NUL character");
    }
}
