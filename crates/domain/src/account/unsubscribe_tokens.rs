use super::UserId;

/// Port: issues the tokens of links that end a user's e-mails, and verifies them.
///
/// A token MUST NOT be guessable, MUST be the same for all e-mails of a user, and MUST NOT expire: an e-mail may be read years
/// later. It does nothing else, because mail servers and everyone who was forwarded the e-mail see it.
#[cfg_attr(test, mockall::automock)]
pub trait UnsubscribeTokens: Send + Sync {
    /// Returns the token of a user.
    fn issue(&self, user_id: UserId) -> String;

    /// Returns the user that a token was issued for; `None` if this service did not issue it.
    fn verify(&self, token: &str) -> Option<UserId>;
}
