use secrecy::{ExposeSecret, SecretString};

use crate::InvalidValue;

/// A password that a user chose, of 8 to 128 characters. `Debug` hides it, and it is never stored.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// Checks a password and keeps it unchanged.
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
    fn debug_hides_passwords_and_hashes() {
        let password = Password::parse("open sesame".into()).unwrap();
        let hash = PasswordHash::new("$argon2".into());
        let shown = format!("{password:?} {hash:?}");
        assert!(!shown.contains("open sesame") && !shown.contains("$argon2"), "{shown}");
        assert_eq!(hash.expose(), "$argon2");
    }
}
