use domain::account::{LinkTokens, TokenHash, TokenIssueError};
use secrecy::SecretString;

use crate::random_token;
use crate::token_hash::token_hash;

/// Random texts from the operating system.
pub struct RandomLinkTokens;

impl LinkTokens for RandomLinkTokens {
    fn generate(&self) -> Result<SecretString, TokenIssueError> {
        random_token().map(SecretString::from).map_err(|error| TokenIssueError(Box::new(error)))
    }

    fn hash(&self, token: &SecretString) -> TokenHash {
        token_hash(token)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn tokens_are_random_and_stored_as_a_hash() {
        let [one, other] = [(); 2].map(|()| RandomLinkTokens.generate().unwrap());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 43, "256 bits in base64");
        assert_ne!(RandomLinkTokens.hash(&one).expose(), one.expose_secret());
    }
}
