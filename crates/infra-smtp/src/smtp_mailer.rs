use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{BuildError, Object, Pool, PoolError};
use domain::delivery::{Letter, MailServerTrouble, Mailer, Reply};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::time::timeout;

use crate::connection::{Connection, Connections};
use crate::{Letterhead, SmtpServer, answer};

/// How long the mail server may take until it has agreed to the sender.
const BEGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// How long it may then take to take the letter. RFC 5321, 4.5.3.2, would give it longer than a claim holds; a server that
/// takes the letter behind this is why a second copy may arrive.
const HAND_OVER_TIMEOUT: Duration = Duration::from_secs(85);
/// How long it may take to forget a letter that it refused. All three together are what `Mailer` allows.
const RESET_TIMEOUT: Duration = Duration::from_secs(5);
/// Says that the server hangs up (RFC 5321, 3.8), which it may say at any time.
const CLOSING: u16 = 421;

/// Hands letters to a mail server, over a few connections that stay open.
pub struct SmtpMailer {
    letterhead: Letterhead,
    connections: Pool<Connections>,
}

impl SmtpMailer {
    /// Speaks with a mail server over at most so many connections at once. None is opened before there is a letter.
    ///
    /// # Errors
    /// There can't be such a pool.
    pub fn new(letterhead: Letterhead, server: SmtpServer, max_connections: usize) -> Result<Self, BuildError> {
        let connections = Pool::builder(Connections(server)).max_size(max_connections).build()?;
        Ok(Self { letterhead, connections })
    }

    /// Gets as far as MAIL FROM, the last step that has nothing to do with whom the letter is for. `None` if the server has no
    /// way to take a letter to such an address.
    async fn begin(&self, mail: &Message) -> Result<Option<Object<Connections>>, MailServerTrouble> {
        let envelope = mail.envelope();
        let needs_utf_8 = envelope.to().iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii());
        loop {
            let mut connection = self.connections.get().await.map_err(|error| {
                if let PoolError::Backend(error) = error {
                    trouble(&error)
                } else {
                    MailServerTrouble(error.to_string())
                }
            })?;
            if needs_utf_8 && !connection.smtp.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Ok(None);
            }
            connection.is_between_letters = false;
            let was_used = Object::metrics(&connection).recycle_count > 0;
            let parameters = if needs_utf_8 { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
            match connection.smtp.command(Mail::new(envelope.from().cloned(), parameters)).await {
                Ok(_) => return Ok(Some(connection)),
                // The server hung up while the connection rested. This ends with the first fresh one.
                Err(error) if was_used && error.status().is_none_or(|code| u16::from(code) == CLOSING) => {}
                Err(error) => return Err(trouble(&error)),
            }
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Result<Reply, MailServerTrouble> {
        let mail = match self.letterhead.write(letter) {
            Ok(mail) => mail,
            Err(reason) => return Ok(Reply::Refused(reason)),
        };
        let silence = |_| MailServerTrouble("the mail server does not answer".to_owned());
        let Some(mut connection) = timeout(BEGIN_TIMEOUT, self.begin(&mail)).await.map_err(silence)?? else {
            return Ok(Reply::Refused("the mail server takes no address with such letters (SMTPUTF8)".to_owned()));
        };
        let Ok(handed_over) = timeout(HAND_OVER_TIMEOUT, hand_over(&mut connection, &mail)).await else {
            return Ok(Reply::Deferred("the mail server did not answer in time".to_owned()));
        };
        match handed_over {
            Ok(response) => {
                connection.is_between_letters = true;
                Ok(Reply::Accepted(answer::of_response(&response)))
            }
            Err(error) => {
                // A server that refused this letter may take the next one; one that said nothing has gone.
                if error.status().is_some() {
                    let reset = timeout(RESET_TIMEOUT, connection.smtp.command(Rset)).await;
                    connection.is_between_letters = reset.is_ok_and(|reset| reset.is_ok());
                }
                let answer = answer::of_error(&error);
                Ok(if error.is_permanent() { Reply::Refused(answer) } else { Reply::Deferred(answer) })
            }
        }
    }
}

/// Has the mail server take a letter whose sender it has agreed to.
async fn hand_over(connection: &mut Connection, mail: &Message) -> Result<Response, Error> {
    for recipient in mail.envelope().to() {
        connection.smtp.command(Rcpt::new(recipient.clone(), Vec::new())).await?;
    }
    connection.smtp.command(Data).await?;
    connection.smtp.command(content(mail)).await
}

/// A message as it goes over the wire (RFC 5321, 4.5.2), in one piece. lettre would write the end by itself, and TCP hold that back
/// until the server has acknowledged the rest, which takes it 40 ms.
fn content(mail: &Message) -> String {
    // All parts are encoded, or texts.
    let message = String::from_utf8_lossy(&mail.formatted()).replace("\r\n.", "\r\n..");
    format!("{message}\r\n.\r\n")
}

fn trouble(error: &Error) -> MailServerTrouble {
    MailServerTrouble(answer::of_error(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_message_ends_it() {
        let mail = Message::builder().from("a@x.org".parse().unwrap()).to("b@x.org".parse().unwrap());
        let mail = mail.body(".\r\n..a\r\nb.\r\n".to_owned()).unwrap();
        assert!(content(&mail).ends_with("\r\n\r\n..\r\n...a\r\nb.\r\n\r\n.\r\n"));
    }
}
