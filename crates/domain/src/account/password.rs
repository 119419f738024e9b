use secrecy::{ExposeSecret, SecretString};

use super::Email;
use crate::InvalidValue;

/// A password is common if it is among so many that an attacker tries first.
const MIN_GUESSES: u64 = 10_000;
/// How many characters are judged. It takes ever longer for more, and a password is not common if its beginning is not.
const MAX_JUDGED: usize = 32;

/// A password of 8 to 128 characters. `Debug` hides it, and it is never stored.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Checks a password that a user wants to have from now on (OWASP ASVS 5.0, 6.2.4 and 6.2.11). `owner` is the user's address.
    ///
    /// # Errors
    /// The password is too short or too long, common, or much like the address.
    pub fn choose(text: SecretString, owner: Option<&Email>) -> Result<Self, InvalidValue> {
        let password = Self::parse(text)?;
        let mut own = Vec::new();
        if let Some(email) = owner {
            own.push(email.as_str());
            own.extend(email.as_str().split('@'));
        }
        // Capital letters make hardly a difference to somebody who guesses.
        let judged: String = password.0.expose_secret().to_lowercase().chars().take(MAX_JUDGED).collect();
        if zxcvbn::zxcvbn(&judged, &own).guesses() < MIN_GUESSES {
            return Err(InvalidValue::new("must not be a common password or your e-mail address; take several words"));
        }
        Ok(password)
    }

    /// Checks the length of a password and keeps it unchanged.
    ///
    /// # Errors
    /// The password is too short or too long, counted in Unicode scalar values.
    pub fn parse(text: SecretString) -> Result<Self, InvalidValue> {
        if (8..=128).contains(&text.expose_secret().chars().count()) {
            Ok(Self(text))
        } else {
            Err(InvalidValue::new("must have 8 to 128 characters"))
        }
    }

    /// Returns the password, for hashing and comparing only.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// A new password was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password {0}")]
pub struct InvalidPassword(pub InvalidValue);

/// The hash of a password, in the PHC string format. `Debug` hides it.
#[derive(Debug, Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// Takes a hash from a [`PasswordHasher`](super::PasswordHasher) or from the store.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self(hash.into())
    }

    /// Returns what replaces the hash of an erased account. It is no hash, so no password matches it.
    #[must_use]
    pub fn none() -> Self {
        Self::new(String::new())
    }

    /// Returns the hash, for storing and comparing only.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_8_to_128_characters() {
        for (length, accepted) in [(0, false), (7, false), (8, true), (128, true), (129, false)] {
            let text = "ß".repeat(length);
            let parsed = Password::parse(text.clone().into());
            let kept = parsed.ok().map(|password| password.secret().expose_secret().to_owned());
            assert_eq!(kept, accepted.then_some(text), "{length}");
        }
    }

    #[test]
    fn rejects_common_passwords_and_the_own_address() {
        let ada = Email::parse("ada.lovelace@example.com").unwrap();
        let choose = |text: &str| Password::choose(text.into(), Some(&ada)).map(drop);
        for text in [
            "password",
            "Password",
            "p4ssw0rd",
            "passw0rd",
            "12345678",
            "87654321",
            "        ",
            "aaaaaaaaaaaa",
            "qwertyui",
            "iloveyou",
            "abcdefgh",
            "football",
            "ada.lovelace@example.com",
            "ADA.LOVELACE@example.com",
            "ada.lovelace",
        ] {
            let Err(rejected) = choose(text).map_err(|invalid| invalid.to_string()) else { panic!("accepted {text}") };
            assert!(rejected.starts_with("must not be a common password"), "{text}: {rejected}");
        }
        for text in ["correct horse", "a password of mine", "xK9#qpL2", "äöüßéñçø", "grace.hopper@example.com"]
        {
            assert_eq!(choose(text), Ok(()), "{text}");
        }
        assert_eq!(choose("short").unwrap_err().to_string(), "must have 8 to 128 characters");
        assert!(Password::choose("another one here".into(), None).is_ok());
    }

    #[test]
    fn judges_the_beginning_of_a_long_password() {
        for (text, accepted) in [
            ("a".repeat(128), false),
            ("12345678".repeat(16), false),
            (format!("{}correct horse", " ".repeat(40)), false),
            ("correct horse battery staple ".repeat(4), true),
        ] {
            assert_eq!(Password::choose(text.clone().into(), None).is_ok(), accepted, "{text}");
        }
    }

    #[test]
    fn debug_hides_passwords_and_hashes() {
        let password = Password::parse("open sesame".into()).unwrap();
        let hash = PasswordHash::new("$argon2".into());
        let shown = format!("{password:?} {hash:?}");
        assert!(!shown.contains("open sesame") && !shown.contains("$argon2"), "{shown}");
        assert_eq!(hash.expose(), "$argon2");
    }
}
