use secrecy::{ExposeSecret, SecretString};

use crate::InvalidValue;

/// A password that a user chose: 8 to 128 characters. It is never shown and never stored.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Takes a password as it was typed.
    ///
    /// # Errors
    /// It is too short or too long (characters count, not bytes).
    pub fn parse(text: SecretString) -> Result<Self, InvalidValue> {
        if (8..=128).contains(&text.expose_secret().chars().count()) {
            Ok(Self(text))
        } else {
            Err(InvalidValue::new("must have 8 to 128 characters"))
        }
    }

    /// The password, to be hashed or compared and for nothing else.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// What is stored of a password, in the PHC string format: enough to check it, not to learn it.
#[derive(Debug, Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// A hash that a [`PasswordHasher`](super::PasswordHasher) made.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self(hash.into())
    }

    /// The hash, to be stored or compared with.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_to_128_characters_are_taken() {
        for (length, taken) in [(0, false), (7, false), (8, true), (128, true), (129, false)] {
            assert_eq!(Password::parse("ß".repeat(length).into()).is_ok(), taken, "{length}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let shown =
            format!("{:?} {:?}", Password::parse("open sesame".into()).unwrap(), PasswordHash::new("$argon2".into()));
        assert!(!shown.contains("open sesame") && !shown.contains("$argon2"), "{shown}");
    }
}
