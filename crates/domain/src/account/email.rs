use std::fmt;

use email_address::{EmailAddress, Options};

use crate::InvalidValue;

/// An e-mail address (RFC 5321) of at most 254 characters, in lower case. No two accounts have the same.
///
/// Its domain is in ASCII: `exämple.com` is `xn--exmple-cua.com` (IDNA, RFC 5891), so that one mailbox has one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

const MAX_CHARACTERS: usize = 254;

impl Email {
    /// Trims an address, converts it to lower case and its domain to ASCII, and checks whether mail can be sent to it.
    ///
    /// # Errors
    /// The address is malformed or too long, its local part is quoted, or its domain has no dot.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        let email = Self::parse_known(text)?;
        match email.0.rsplit_once('@') {
            Some((local_part, domain)) if !local_part.starts_with('"') && domain.contains('.') => Ok(email),
            _ => Err(invalid()),
        }
    }

    /// Does the same for an address that an account may have from before: some can't be given to a new one, such as
    /// `admin@localhost`.
    ///
    /// # Errors
    /// The address is malformed or too long.
    pub fn parse_known(text: &str) -> Result<Self, InvalidValue> {
        let typed = text.trim().to_lowercase();
        check_length(&typed)?;
        let (local_part, domain) = typed.rsplit_once('@').ok_or_else(invalid)?;
        let domain = idna::domain_to_ascii_cow(domain.as_bytes(), idna::AsciiDenyList::URL).map_err(|_| invalid())?;
        let address = format!("{local_part}@{domain}");
        check_length(&address)?;
        let options = Options::default().without_display_text().without_domain_literal();
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) => Ok(Self(address)),
            Err(_) => Err(invalid()),
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

fn check_length(address: &str) -> Result<(), InvalidValue> {
    if address.chars().count() > MAX_CHARACTERS {
        return Err(InvalidValue::new("must have at most 254 characters"));
    }
    Ok(())
}

fn invalid() -> InvalidValue {
    InvalidValue::new("must be an e-mail address such as name@example.com")
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
    fn converts_domains_to_ascii() {
        for typed in ["ada@exämple.com", "ada@EXÄMPLE.com", "ada@xn--exmple-cua.com", "ada@exa\u{308}mple.com"] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), "ada@xn--exmple-cua.com", "{typed}");
        }
        assert_eq!(Email::parse("äda@例え.jp").unwrap().as_str(), "äda@xn--r8jz45g.jp");
    }

    #[test]
    fn only_known_accounts_have_addresses_to_which_no_mail_can_be_sent() {
        for address in ["admin@localhost", "\"a b\"@example.com"] {
            assert!(Email::parse(address).is_err(), "accepted {address}");
            assert_eq!(Email::parse_known(address).unwrap().as_str(), address);
        }
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
        for text in [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "Ada <ada@example.com>",
            "a\0@b.com",
            "a@[1.2.3.4]",
            "a@xn--a.com",
            "a@b..com",
            "a@b.com/c",
            "a@b.com\0",
        ] {
            assert!(Email::parse_known(text).is_err() && Email::parse(text).is_err(), "accepted {text}");
        }
    }
}
