use url::Url;

use crate::{InvalidValue, Text};

/// An `http` or `https` URL of at most 2,048 characters, which names a host and no user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverImageUrl(Text<1, 2048>);

impl CoverImageUrl {
    /// Checks a URL and keeps it unchanged.
    ///
    /// # Errors
    /// The URL is malformed or too long, has another scheme, an empty host, or a user or password.
    pub fn parse(text: String) -> Result<Self, InvalidValue> {
        // The parser repairs what RFC 3986 does not allow, as browsers do. The text is kept unrepaired, so it must be valid.
        let is_strict = authority(&text).is_some_and(is_host_and_port) && !text.contains(is_forbidden);
        let is_web_address = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let text = Text::parse(text)?;
        if is_strict && is_web_address {
            Ok(Self(text))
        } else {
            Err(InvalidValue::new("must be an http or https URL with a host, and without a user name or password"))
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

/// Returns what is between `://` and the path (RFC 3986, 3.2).
fn authority(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split(['/', '?', '#']).next()
}

/// Whether there is a host, and no user before it, which could look like one.
fn is_host_and_port(authority: &str) -> bool {
    !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@')
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
        for text in [
            "https://example.com/cover.jpg",
            "HTTP://example.com/a%20b?c=d#e",
            "https://example.com:8443/@ada/a:b",
            "http://[2001:db8::1]:80?a=b@c",
        ] {
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
            "https:///a.com/b",
            "https://:443/a",
            "https://?a.com",
            "https://#a.com",
            "https://shop.example.com@evil.example.com/cover.jpg",
            "https://user:password@example.com/",
            "https://@example.com/",
            "https://:@example.com/",
        ] {
            assert!(CoverImageUrl::parse(text.into()).is_err(), "accepted {text}");
        }
        assert!(CoverImageUrl::parse(format!("https://example.com/{}", "a".repeat(2048))).is_err());
    }
}
