use crate::InvalidValue;

/// A language, as a language tag (RFC 5646) such as `de` or `pt-BR`. Whether there are e-mails in it is another question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Locale(String);

const MAX_CHARACTERS: usize = 35;

impl Locale {
    /// Checks a language tag.
    ///
    /// # Errors
    /// The tag is malformed or has more than 35 characters.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let mut parts = text.split('-');
        let is_language = parts
            .next()
            .is_some_and(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let are_subtags =
            parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if is_language && are_subtags && text.len() <= MAX_CHARACTERS {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidValue::new("must be a language tag such as de or pt-BR"))
        }
    }

    /// Takes a tag from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(tag: String) -> Self {
        Self(tag)
    }

    /// Returns the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_language_tags() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994", "de-CH-1996", "en-x-a"] {
            assert_eq!(Locale::parse(tag).unwrap().as_str(), tag);
        }
        let longest = format!("de-{}-{}-{}-abcde", "a".repeat(8), "b".repeat(8), "c".repeat(8));
        assert_eq!(longest.len(), 35);
        assert!(Locale::parse(&longest).is_ok() && Locale::parse(&(longest + "f")).is_err());
    }

    #[test]
    fn rejects_anything_else() {
        for text in
            ["", "d", "d1", "de_DE", "-de", "de-", "de--DE", "deutsch-de-", "abcdefghi", "de-abcdefghi", "dé", "de\0"]
        {
            assert!(Locale::parse(text).is_err(), "accepted {text:?}");
        }
    }
}
