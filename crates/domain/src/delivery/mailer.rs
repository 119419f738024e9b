use async_trait::async_trait;

use super::Letter;
use crate::account_mail::LinkLetter;

/// The reply of the mail server to one letter, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The mail server accepted the letter, and is responsible for it from now on.
    Accepted(String),
    /// The mail server will never accept the letter: a 5xx reply to the address, to the message, or to what only this letter
    /// asks for (RFC 5321, 4.2.1).
    Refused(String),
    /// The mail server may accept the letter later: a 4xx reply to one of these, or no reply.
    Deferred(String),
}

/// The mail server can't be reached, or would refuse every letter: connect, TLS, AUTH or MAIL FROM failed. It says nothing
/// about the letter at hand; a failure that other letters would not have is a [`Reply`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MailServerTrouble(pub String);

/// Port: hands letters to a mail server.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one letter and returns the reply.
    ///
    /// MUST return within [`ClaimedDelivery::SEND_TIMEOUT`](super::ClaimedDelivery::SEND_TIMEOUT). MUST use the same
    /// `Message-ID` for every letter of a pre-booking, so that mail programs can recognise a second copy.
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble>;

    /// Sends one letter with a link, under the same conditions. MUST use the same `Message-ID` for every copy of an account mail.
    async fn send_link(&self, letter: &LinkLetter) -> Result<Reply, MailServerTrouble>;
}
