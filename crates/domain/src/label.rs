use crate::{InvalidValue, Text};

/// A text of 1 to `MAX` characters that is shown beside others, such as a title in a list. No character of it changes the
/// direction of what follows.
///
/// That excludes all characters with the Unicode property `Bidi_Control`, also the three marks (`U+061C`, `U+200E`, `U+200F`)
/// that a Hebrew or an Arabic text may contain. They are invisible, so a search misses what contains them, and two texts that
/// look the same differ. A label needs none: it stands alone, and its letters have a direction of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label<const MAX: usize>(Text<1, MAX>);

impl<const MAX: usize> Label<MAX> {
    /// Checks a text and keeps it unchanged.
    ///
    /// # Errors
    /// The text is empty or too long, or contains NUL or a bidirectional control character.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidValue> {
        let text = Text::parse(text)?;
        if text.as_str().contains(is_bidi_control) {
            return Err(InvalidValue::new(
                "must not contain a character that controls the direction of text (U+061C, U+200E, U+200F, U+202A to U+202E, \
                 U+2066 to U+2069)",
            ));
        }
        Ok(Self(text))
    }

    /// Takes a text from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(Text::from_stored(text))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether a character has the Unicode property `Bidi_Control`.
fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_letters_of_every_direction() {
        for text in ["Solaris", "סולאריס C++", "سولاريس (1961)", "a\u{200d}b", "👩\u{200d}🚀", "x\u{2065}y"]
        {
            assert_eq!(Label::<20>::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn rejects_characters_that_control_the_direction() {
        let controls =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        for control in controls.chars() {
            let error = Label::<20>::parse(format!("Solaris{control}")).unwrap_err().to_string();
            assert!(error.starts_with("must not contain a character that controls"), "{control:?}: {error}");
        }
    }

    #[test]
    fn has_the_length_of_a_text() {
        assert_eq!(Label::<3>::parse("").unwrap_err().to_string(), "must have 1 to 3 characters");
        assert!(Label::<3>::parse("äöüß").is_err());
        assert!(Label::<3>::parse("a\0").is_err());
    }
}
