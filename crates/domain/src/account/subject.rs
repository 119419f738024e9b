/// Identifies an account in access tokens. It is random, unlike a [`UserId`](super::UserId): after a database was deleted or
/// restored, a token from before can't name somebody else's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// Takes a text from a [`TokenIssuer`](super::TokenIssuer) or from the store.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
