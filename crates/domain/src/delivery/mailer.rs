use async_trait::async_trait;

use super::Letter;

/// What the mail server said of one letter. The answers are what it said, word for word where there is a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It took the letter, and is responsible for it from now on.
    Accepted(String),
    /// It will never take it: a 5xx answer to the address or to the message (RFC 5321, 4.2.1).
    Refused(String),
    /// It may take it later: a 4xx answer to the address or to the message, or none at all.
    Deferred(String),
}

/// There is no mail server to speak with, or it refuses the sender, whichever the letter: trouble at connect, TLS, AUTH or
/// MAIL FROM. It says nothing about any delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailServerTrouble(pub String);

/// Port: hands letters to a mail server.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands over one letter.
    ///
    /// MUST answer within [`ClaimedDelivery::SEND_TIMEOUT`](super::ClaimedDelivery::SEND_TIMEOUT), and MUST name every letter
    /// of a pre-booking alike (`Message-ID`), so that whoever gets a second copy can tell.
    ///
    /// # Errors
    /// The mail server takes no letter at all at present.
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble>;
}
