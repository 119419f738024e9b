use url::Url;

use crate::{InvalidValue, Text};

/// An `http` or `https` URL of at most 2,048 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverImageUrl(Text<1, 2048>);

impl CoverImageUrl {
    /// Reads a URL and keeps it as it was written.
    ///
    /// # Errors
    /// It is no URL, of another scheme, or too long.
    pub fn parse(text: String) -> Result<Self, InvalidValue> {
        // The parser is as lenient as a browser, and mends what RFC 3986 does not allow; it is the text that is kept.
        let is_strict = text.contains("://") && !text.contains(is_forbidden);
        let is_web_address = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let text = Text::parse(text)?;
        if is_strict && is_web_address {
            Ok(Self(text))
        } else {
            Err(InvalidValue::new("must be an http or https URL"))
        }
    }

    /// A URL that the store keeps; it was checked on its way in.
    #[must_use]
    pub fn from_stored(url: String) -> Self {
        Self(Text::from_stored(url))
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether a character must be percent-encoded wherever it stands in a URL.
fn is_forbidden(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "<>\"\\^`{|}".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_taken() {
        assert!(CoverImageUrl::parse("https://example.com/cover.jpg".into()).is_ok());
        for text in [
            "",
            "cover.jpg",
            "ftp://example.com/a",
            "javascript:alert(1)",
            "https://",
            "http://a\0b/",
            "https:example.com",
            " https://example.com/",
            "https://a.com/b c",
            "https:\\\\a.com",
            "ht\ntps://a.com",
        ] {
            assert!(CoverImageUrl::parse(text.into()).is_err(), "{text} was taken");
        }
        assert!(CoverImageUrl::parse(format!("https://example.com/{}", "a".repeat(2048))).is_err());
    }
}
