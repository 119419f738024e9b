use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{BuildError, Object, Pool, PoolError};
use domain::account_mail::LinkLetter;
use domain::delivery::{Letter, MailServerTrouble, Mailer, Reply};
use lettre::Message;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;
use tokio_rustls::rustls;

use crate::connection::{Connection, Connections};
use crate::conversation::CLOSING;
use crate::smtp_error::SmtpError;
use crate::tls::Tls;
use crate::{Letterhead, Pace, SmtpServer, answer};

/// How long it may take until the mail server has accepted the sender, including the wait for the pace.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the mail server may then take to accept the e-mail. RFC 5321, 4.5.3.2, would allow longer than a claim holds. If the
/// server accepts the e-mail after this time, a second copy may arrive.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(85);
/// How long the mail server may take to reset after it refused an e-mail. All three together are what `Mailer` allows.
const RESET_TIMEOUT: Duration = Duration::from_secs(5);

/// Sends e-mails to a mail server, over a few connections that stay open.
pub struct SmtpMailer {
    letterhead: Letterhead,
    pace: Pace,
    connections: Pool<Connections>,
}

/// Why a mailer can't be created.
#[derive(Debug, thiserror::Error)]
pub enum SmtpMailerError {
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The pool of connections can't be created.
    #[error("the pool of connections can't be created: {0}")]
    Pool(#[from] BuildError),
}

/// Why MAIL FROM failed.
enum NotBegun {
    /// The mail server does not support SMTPUTF8, which the e-mail needs.
    NoSmtpUtf8,
    /// The mail server refused the sender, did not reply, or could not be reached.
    Failed { answer: String, is_permanent: bool },
}

impl SmtpMailer {
    /// Creates a mailer with at most `max_connections` connections at once. The first e-mail opens the first one.
    ///
    /// # Errors
    /// TLS or the pool can't be set up.
    pub fn new(
        letterhead: Letterhead,
        pace: Pace,
        server: SmtpServer,
        max_connections: usize,
    ) -> Result<Self, SmtpMailerError> {
        let connections = Connections { server, tls: Tls::of_the_system()? };
        let connections = Pool::builder(connections).max_size(max_connections).build()?;
        Ok(Self { letterhead, pace, connections })
    }

    /// Connects, and sends MAIL FROM, the last step before the recipient.
    async fn begin(&self, mail: &Message, with_utf_8: bool) -> Result<Object<Connections>, NotBegun> {
        let timed_out = NotBegun::Failed { answer: "the mail server does not answer".to_owned(), is_permanent: false };
        timeout(BEGIN_TIMEOUT, self.send_mail_from(mail, with_utf_8)).await.unwrap_or(Err(timed_out))
    }

    async fn send_mail_from(&self, mail: &Message, with_utf_8: bool) -> Result<Object<Connections>, NotBegun> {
        loop {
            let mut connection = self.connections.get().await?;
            if with_utf_8 && !connection.server.supports_feature(Extension::SmtpUtfEight) {
                return Err(NotBegun::NoSmtpUtf8);
            }
            self.pace.wait().await;
            connection.is_between_mails = false;
            let was_used = Object::metrics(&connection).recycle_count > 0;
            let parameters = if with_utf_8 { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
            let command = Mail::new(mail.envelope().from().cloned(), parameters);
            match connection.conversation.command(command, &[250]).await {
                Ok(_) => return Ok(connection),
                // The server closed an idle connection, or broke the rules on it. The loop ends at the latest with a new one.
                Err(error) if was_used && is_about_the_connection(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether the server accepts the same sender without SMTPUTF8.
    async fn accepts_sender_without_utf_8(&self, mail: &Message) -> bool {
        let Ok(mut connection) = self.begin(mail, false).await else { return false };
        reset(&mut connection).await;
        true
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble> {
        self.send_composed(self.letterhead.compose(letter)).await
    }

    async fn send_link(&self, letter: &LinkLetter) -> Result<Reply, MailServerTrouble> {
        self.send_composed(self.letterhead.compose_link(letter)).await
    }
}

impl SmtpMailer {
    async fn send_composed(&self, composed: Result<Message, String>) -> Result<Reply, MailServerTrouble> {
        let mail = match composed {
            Ok(mail) => mail,
            Err(reason) => return Ok(Reply::Refused(reason)),
        };
        let needs_utf_8 = mail.envelope().to().iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii());
        let mut connection = match self.begin(&mail, needs_utf_8).await {
            Ok(connection) => connection,
            Err(NotBegun::NoSmtpUtf8) => {
                return Ok(Reply::Refused(
                    "the mail server does not support addresses outside ASCII (SMTPUTF8)".to_owned(),
                ));
            }
            Err(NotBegun::Failed { answer, is_permanent }) => {
                let is_about_the_mail = needs_utf_8 && self.accepts_sender_without_utf_8(&mail).await;
                return if is_about_the_mail {
                    Ok(refusal(answer, is_permanent))
                } else {
                    Err(MailServerTrouble(answer))
                };
            }
        };
        let Ok(handed_over) = timeout(HAND_OVER_TIMEOUT, hand_over(&mut connection, &mail)).await else {
            return Ok(Reply::Deferred("the mail server did not answer in time".to_owned()));
        };
        match handed_over {
            Ok(response) => {
                connection.is_between_mails = true;
                Ok(Reply::Accepted(answer::of_response(&response)))
            }
            Err(error) => {
                // A server that refused this e-mail may accept the next one. One that did not reply is gone.
                if matches!(error, SmtpError::Refused(_)) {
                    reset(&mut connection).await;
                }
                Ok(refusal(error.to_string(), error.is_permanent()))
            }
        }
    }
}

fn is_about_the_connection(error: &SmtpError) -> bool {
    match error {
        SmtpError::Refused(response) => response.has_code(CLOSING),
        SmtpError::Broken(_) => true,
    }
}

fn refusal(answer: String, is_permanent: bool) -> Reply {
    if is_permanent { Reply::Refused(answer) } else { Reply::Deferred(answer) }
}

/// Sends RSET, so that the connection can be used for another e-mail.
async fn reset(connection: &mut Connection) {
    let reset = timeout(RESET_TIMEOUT, connection.conversation.command(Rset, &[250])).await;
    connection.is_between_mails = reset.is_ok_and(|reset| reset.is_ok());
}

impl From<SmtpError> for NotBegun {
    fn from(error: SmtpError) -> Self {
        Self::Failed { answer: error.to_string(), is_permanent: error.is_permanent() }
    }
}

impl From<PoolError<SmtpError>> for NotBegun {
    fn from(error: PoolError<SmtpError>) -> Self {
        if let PoolError::Backend(error) = error {
            error.into()
        } else {
            Self::Failed { answer: error.to_string(), is_permanent: false }
        }
    }
}

/// Sends the recipient and the content of an e-mail whose sender was accepted.
async fn hand_over(connection: &mut Connection, mail: &Message) -> Result<Response, SmtpError> {
    let conversation = &mut connection.conversation;
    for recipient in mail.envelope().to() {
        // 251 and 252 accept it, too (RFC 5321, 3.4 and 3.5.3).
        conversation.command(Rcpt::new(recipient.clone(), Vec::new()), &[250, 251, 252]).await?;
    }
    conversation.command(Data, &[354]).await?;
    conversation.command(content(mail), &[250]).await
}

/// Returns a message as it is sent, with dots escaped and the end mark (RFC 5321, 4.5.2), in one piece. TCP would delay an end
/// mark that is written separately by 40 ms, until the server has acknowledged the rest.
fn content(mail: &Message) -> String {
    // Every part is text or encoded, so this loses nothing.
    let message = String::from_utf8_lossy(&mail.formatted()).replace("\r\n.", "\r\n..");
    format!("{message}\r\n.\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_escaped_so_that_no_line_ends_the_message() {
        let mail = Message::builder().from("a@x.org".parse().unwrap()).to("b@x.org".parse().unwrap());
        let mail = mail.body(".\r\n..a\r\nb.\r\n".to_owned()).unwrap();
        assert!(content(&mail).ends_with("\r\n\r\n..\r\n...a\r\nb.\r\n\r\n.\r\n"));
    }
}
