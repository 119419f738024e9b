use std::fmt;

use email_address::{EmailAddress, Options};

use crate::InvalidValue;

/// An e-mail address (RFC 5321), trimmed and in lower case, of at most 254 characters. It names an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

const MAX_CHARACTERS: usize = 254;

impl Email {
    /// Reads an e-mail address.
    ///
    /// # Errors
    /// It is none, or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let address = text.trim().to_lowercase();
        let options = Options::default().without_display_text().without_domain_literal();
        if address.chars().count() > MAX_CHARACTERS {
            return Err(InvalidValue::new("must have at most 254 characters"));
        }
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) => Ok(Self(address)),
            Err(_) => Err(InvalidValue::new("must be an e-mail address such as name@example.com")),
        }
    }

    /// An address that the store keeps; it was checked on its way in.
    #[must_use]
    pub fn from_stored(address: String) -> Self {
        Self(address)
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_in_lower_case() {
        assert_eq!(Email::parse(" Ada@Example.COM\n").unwrap().as_str(), "ada@example.com");
        assert_eq!(Email::parse("ÄDA@EXAMPLE.com").unwrap().as_str(), "äda@example.com");
    }

    #[test]
    fn refuses_what_is_none() {
        let too_long = format!("{}@{}.com", "a".repeat(60), "b.".repeat(120));
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "Ada <ada@example.com>",
            "a\0@b.com",
            "a@[1.2.3.4]",
            &too_long,
        ] {
            assert!(Email::parse(text).is_err(), "{text} was taken");
        }
    }
}
