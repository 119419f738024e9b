use std::fmt;

/// The SHA-256 hash of a refresh token, or of the token in a mailed link, in base64. The token itself is never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// Takes a hash from a port or from the store.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self(hash)
    }

    /// Returns the hash, for storing and comparing only.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash([REDACTED])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_hashes() {
        let hash = TokenHash::new("a hash".into());
        assert_eq!(format!("{hash:?}"), "TokenHash([REDACTED])");
        assert_eq!(hash.expose(), "a hash");
    }
}
