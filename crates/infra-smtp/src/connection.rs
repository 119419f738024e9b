use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};

use crate::smtp_server::{Encryption, SmtpServer};

/// A connection that was idle for longer than this is checked before it is used.
const CHECK_AFTER_IDLE: Duration = Duration::from_secs(10);

/// A connection to the mail server, used for one letter after the other.
pub(crate) struct Connection {
    pub(crate) smtp: AsyncSmtpConnection,
    /// Whether no letter is in progress. A connection that was left in the middle of a letter can't be used again.
    pub(crate) is_between_letters: bool,
}

/// Opens connections for a pool.
#[derive(Debug)]
pub(crate) struct Connections(pub(crate) SmtpServer);

impl Manager for Connections {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection, Error> {
        let SmtpServer { host, port, encryption, credentials, hello_name } = &self.0;
        let implicit = match encryption {
            Encryption::Implicit => Some(TlsParameters::new(host.clone())?),
            Encryption::None | Encryption::Opportunistic | Encryption::Required => None,
        };
        // The caller limits the time that all of this takes.
        let address = (host.as_str(), *port);
        let mut smtp = AsyncSmtpConnection::connect_tokio1(address, None, hello_name, implicit, None).await?;
        let upgrades = match encryption {
            Encryption::Required => true,
            Encryption::Opportunistic => smtp.can_starttls(),
            Encryption::None | Encryption::Implicit => false,
        };
        if upgrades {
            smtp.starttls(TlsParameters::new(host.clone())?, hello_name).await?;
        }
        if let Some(credentials) = credentials {
            smtp.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(Connection { smtp, is_between_letters: true })
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Error> {
        let was_idle = metrics.last_used() > CHECK_AFTER_IDLE;
        if connection.is_between_letters && (!was_idle || connection.smtp.test_connected().await) {
            Ok(())
        } else {
            Err(RecycleError::message("the connection was lost or left in the middle of a letter"))
        }
    }
}
