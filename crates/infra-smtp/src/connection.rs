use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use lettre::transport::smtp::commands::{Noop, Starttls};
use lettre::transport::smtp::extension::{Extension, ServerInfo};
use tokio::net::TcpStream;

use crate::conversation::Conversation;
use crate::smtp_error::SmtpError;
use crate::smtp_server::{Encryption, SmtpServer};
use crate::tls::Tls;

/// A connection that was idle for longer than this is checked before it is used.
const CHECK_AFTER_IDLE: Duration = Duration::from_secs(10);

/// A connection to the mail server, used for one e-mail after the other.
pub(crate) struct Connection {
    pub(crate) conversation: Conversation,
    /// What the server supports.
    pub(crate) server: ServerInfo,
    /// Whether no e-mail is in progress. A connection that was left in the middle of an e-mail can't be used again.
    pub(crate) is_between_mails: bool,
}

/// Opens connections for a pool.
pub(crate) struct Connections {
    pub(crate) server: SmtpServer,
    pub(crate) tls: Tls,
}

impl Connections {
    async fn encrypt(&self, conversation: Conversation) -> Result<Conversation, SmtpError> {
        Ok(Conversation::over(self.tls.encrypt(conversation.into_stream(), &self.server.host).await?))
    }
}

impl Manager for Connections {
    type Type = Connection;
    type Error = SmtpError;

    async fn create(&self) -> Result<Connection, SmtpError> {
        let SmtpServer { host, port, encryption, credentials, hello_name } = &self.server;
        // The caller limits the time that all of this takes.
        let mut conversation = Conversation::over(TcpStream::connect((host.as_str(), *port)).await?);
        if *encryption == Encryption::Implicit {
            conversation = self.encrypt(conversation).await?;
        }
        conversation.greeting().await?;
        let mut server = conversation.hello(hello_name).await?;
        let offers_tls = server.supports_feature(Extension::StartTls);
        let upgrades = match encryption {
            Encryption::Required if !offers_tls => {
                return Err(SmtpError::Broken("the mail server does not offer STARTTLS".to_owned()));
            }
            Encryption::Required => true,
            Encryption::Opportunistic => offers_tls,
            Encryption::None | Encryption::Implicit => false,
        };
        if upgrades {
            conversation.command(Starttls, &[220]).await?;
            conversation = self.encrypt(conversation).await?;
            // What it said before TLS may have been an attacker (RFC 3207, 4.2).
            server = conversation.hello(hello_name).await?;
        }
        if let Some(credentials) = credentials {
            conversation.authenticate(&server, credentials).await?;
        }
        Ok(Connection { conversation, server, is_between_mails: true })
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<SmtpError> {
        if !connection.is_between_mails {
            return Err(RecycleError::message("the connection was left in the middle of a mail"));
        }
        if metrics.last_used() > CHECK_AFTER_IDLE {
            connection.conversation.command(Noop, &[250]).await?;
        }
        Ok(())
    }
}
