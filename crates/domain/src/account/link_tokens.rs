use secrecy::SecretString;

use super::{TokenHash, TokenIssueError};

/// Port: generates the tokens in mailed links.
#[cfg_attr(test, mockall::automock)]
pub trait LinkTokens: Send + Sync {
    /// Returns a token of at least 256 random bits.
    fn generate(&self) -> Result<SecretString, TokenIssueError>;

    /// Returns the hash under which a token is stored.
    fn hash(&self, token: &SecretString) -> TokenHash;
}
