use std::fmt::Display;
use std::future::ready;

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::commands::{Auth, Ehlo};
use lettre::transport::smtp::extension::{ClientId, ServerInfo};
use lettre::transport::smtp::response::Response;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::task::yield_now;

use crate::smtp_error::SmtpError;

/// The maximum length of a line of a reply, in bytes. RFC 5321, 4.5.3.1.5, allows 512.
const MAX_LINE: u16 = 4 * 1024;
/// The maximum length of a reply, in bytes.
const MAX_REPLY: usize = 64 * 1024;
/// How many questions the server may ask before it accepts a password. AUTH LOGIN asks two.
const MAX_CHALLENGES: usize = 10;
/// The server closes the connection, which it may do at any time (RFC 5321, 3.8).
pub(crate) const CLOSING: u16 = 421;

/// What a conversation goes over: TCP, or TLS over it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// An SMTP conversation, in which every command gets exactly one reply.
///
/// A server, or an attacker on the network before TLS, may send replies to commands that were not sent yet. Taken as the replies to
/// later commands, they would turn a refusal into a success. So nothing may have been received when a command is sent, and nothing
/// may follow its reply. After an error other than a refusal the conversation MUST NOT go on.
pub(crate) struct Conversation {
    stream: BufReader<Box<dyn Stream>>,
}

impl Conversation {
    pub(crate) fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    /// Returns the stream, to start TLS on it. What was received but not read is thrown away.
    pub(crate) fn into_stream(self) -> Box<dyn Stream> {
        self.stream.into_inner()
    }

    /// Waits for the server to greet.
    pub(crate) async fn greeting(&mut self) -> Result<(), SmtpError> {
        self.reply(&[220]).await.map(drop)
    }

    /// Sends EHLO, and returns what the server supports.
    pub(crate) async fn hello(&mut self, name: &ClientId) -> Result<ServerInfo, SmtpError> {
        let response = self.command(Ehlo::new(name.clone()), &[250]).await?;
        Ok(ServerInfo::from_response(&response)?)
    }

    /// Sends the password, with a mechanism that the server supports.
    pub(crate) async fn authenticate(
        &mut self,
        server: &ServerInfo,
        credentials: &Credentials,
    ) -> Result<(), SmtpError> {
        let mechanism = server.get_auth_mechanism(DEFAULT_MECHANISMS);
        let mechanism = mechanism.ok_or(SmtpError::Broken("the mail server takes no password".to_owned()))?;
        let mut response = self.command(Auth::new(mechanism, credentials.clone(), None)?, &[235, 334]).await?;
        for _ in 0..MAX_CHALLENGES {
            if response.has_code(235) {
                return Ok(());
            }
            let answer = Auth::new_from_response(mechanism, credentials.clone(), &response)?;
            response = self.command(answer, &[235, 334]).await?;
        }
        Err(SmtpError::Broken("the mail server asks too many questions at AUTH".to_owned()))
    }

    /// Sends a command, or the content of an e-mail, and returns the reply, which must have one of these codes.
    pub(crate) async fn command(&mut self, command: impl Display, expected: &[u16]) -> Result<Response, SmtpError> {
        self.ensure_silence().await?;
        self.stream.write_all(command.to_string().as_bytes()).await?;
        self.stream.flush().await?;
        self.reply(expected).await
    }

    /// Fails if the server has closed the connection, or said something that no command asked for.
    async fn ensure_silence(&mut self) -> Result<(), SmtpError> {
        // Lets the runtime find out what has arrived.
        yield_now().await;
        let received = tokio::select! {
            biased;
            received = self.stream.fill_buf() => received?,
            () = ready(()) => return Ok(()),
        };
        if received.is_empty() {
            return Err(SmtpError::closed());
        }
        if is_closing(received) {
            return Err(SmtpError::Refused(self.read_response().await?));
        }
        Err(SmtpError::unasked())
    }

    async fn reply(&mut self, expected: &[u16]) -> Result<Response, SmtpError> {
        let response = self.read_response().await?;
        let rest = self.stream.buffer();
        if !rest.is_empty() && !is_closing(rest) {
            return Err(SmtpError::unasked());
        }
        if expected.contains(&response.code().into()) {
            Ok(response)
        } else if response.is_positive() {
            Err(SmtpError::out_of_turn(&response))
        } else {
            Err(SmtpError::Refused(response))
        }
    }

    async fn read_response(&mut self) -> Result<Response, SmtpError> {
        let mut reply = Vec::new();
        loop {
            let start = reply.len();
            (&mut self.stream).take(MAX_LINE.into()).read_until(b'\n', &mut reply).await?;
            let line = &reply[start..];
            if line.len() == usize::from(MAX_LINE) || reply.len() > MAX_REPLY {
                return Err(SmtpError::too_long());
            }
            if !line.ends_with(b"\n") {
                return Err(SmtpError::closed());
            }
            if line.get(3) == Some(&b'-') {
                continue;
            }
            // The code may stand alone (RFC 5321, 4.2). lettre wants a space after it.
            if line.ends_with(b"\r\n") && line.len() == b"250\r\n".len() {
                reply.insert(start + 3, b' ');
            }
            return Ok(String::from_utf8_lossy(&reply).parse()?);
        }
    }
}

fn is_closing(received: &[u8]) -> bool {
    received.starts_with(CLOSING.to_string().as_bytes())
}
