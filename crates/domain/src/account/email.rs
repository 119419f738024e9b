use std::fmt;

use email_address::{EmailAddress, Options};

use crate::InvalidValue;

/// An e-mail address (RFC 5321) of at most 254 characters, in lower case. No two accounts have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

const MAX_CHARACTERS: usize = 254;

impl Email {
    /// Trims an address, converts it to lower case, and checks it.
    ///
    /// # Errors
    /// The address is malformed or too long.
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

    /// Takes an address from the store, which was checked when it was written.
    #[must_use]
    pub fn from_stored(address: String) -> Self {
        Self(address)
    }

    /// Returns the address.
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
    fn trims_and_converts_to_lower_case() {
        assert_eq!(Email::parse(" Ada@Example.COM\n").unwrap().as_str(), "ada@example.com");
        assert_eq!(Email::parse("ÄDA@EXAMPLE.com").unwrap().as_str(), "äda@example.com");
    }

    #[test]
    fn accepts_at_most_254_characters() {
        let with_domain_of = |labels: [usize; 3]| {
            let domain = labels.map(|length| "b".repeat(length)).join(".");
            format!("{}@{domain}", "a".repeat(64))
        };
        let longest = with_domain_of([63, 63, 61]);
        assert_eq!(longest.len(), 254);
        assert_eq!(Email::parse(&longest).unwrap().to_string(), longest);
        for too_long in [with_domain_of([63, 63, 62]), with_domain_of([63, 63, 63])] {
            assert_eq!(Email::parse(&too_long).unwrap_err().to_string(), "must have at most 254 characters");
        }
    }

    #[test]
    fn rejects_malformed_addresses() {
        for text in
            ["", "ada", "ada@", "@example.com", "a b@example.com", "Ada <ada@example.com>", "a\0@b.com", "a@[1.2.3.4]"]
        {
            assert!(Email::parse(text).is_err(), "accepted {text}");
        }
    }
}
