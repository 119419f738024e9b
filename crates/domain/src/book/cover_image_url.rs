use url::Url;

use crate::{InvalidValue, Text};

/// An `http` or `https` URL of at most 2,048 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverImageUrl(Text<1, 2048>);

impl CoverImageUrl {
    /// Checks a URL and keeps it unchanged.
    ///
    /// # Errors
    /// The URL is malformed or too long, or has another scheme.
    pub fn parse(text: String) -> Result<Self, InvalidValue> {
        // The parser repairs what RFC 3986 does not allow, as browsers do. The text is kept unrepaired, so it must be valid.
        let is_strict = text.contains("://") && !text.contains(is_forbidden);
        let is_web_address = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let text = Text::parse(text)?;
        if is_strict && is_web_address {
            Ok(Self(text))
        } else {
            Err(InvalidValue::new("must be an http or https URL"))
        }
    }

    /// Takes a URL from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(url: String) -> Self {
        Self(Text::from_stored(url))
    }

    /// Returns the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether a character must be percent-encoded everywhere in a URL.
fn is_forbidden(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "<>\"\\^`{|}".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_strict_http_urls() {
        for text in ["https://example.com/cover.jpg", "HTTP://example.com/a%20b?c=d#e"] {
            assert_eq!(CoverImageUrl::parse(text.into()).unwrap().as_str(), text);
        }
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
            "https://a.com/<b>",
            "https://a.com/\u{1}",
            "https:\\\\a.com",
            "ht\ntps://a.com",
        ] {
            assert!(CoverImageUrl::parse(text.into()).is_err(), "accepted {text}");
        }
        assert!(CoverImageUrl::parse(format!("https://example.com/{}", "a".repeat(2048))).is_err());
    }
}
