use crate::InvalidValue;

/// A text of `MIN` to `MAX` characters without NUL, which no store could keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Takes a text as it is.
    ///
    /// # Errors
    /// It is too short or too long (Unicode scalar values count, not bytes), or holds NUL.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = text.into();
        if text.contains('\0') {
            return Err(InvalidValue::new("must not hold a NUL character"));
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

    /// A text that the store keeps; it was checked on its way in.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_not_bytes() {
        assert!(Text::<1, 3>::parse("äöü").is_ok());
        assert!(Text::<1, 3>::parse("äöüß").is_err());
    }

    #[test]
    fn the_message_names_the_bounds() {
        assert_eq!(Text::<1, 3>::parse("").unwrap_err().to_string(), "must have 1 to 3 characters");
        assert_eq!(Text::<0, 3>::parse("abcd").unwrap_err().to_string(), "must have at most 3 characters");
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(Text::<1, 3>::parse("a\0").unwrap_err().to_string(), "must not hold a NUL character");
    }
}
