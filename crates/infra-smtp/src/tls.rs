use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

use crate::conversation::Stream;
use crate::smtp_error::SmtpError;

/// Encrypts connections to the mail server, whose certificate the system must trust.
pub(crate) struct Tls(TlsConnector);

impl Tls {
    /// Reads the certificates of the authorities that the system trusts.
    pub(crate) fn of_the_system() -> Result<Self, Error> {
        let mut authorities = RootCertStore::empty();
        // Certificates that can't be read are not trusted. If all are missing, every handshake says so.
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_root_certificates(authorities);
        Ok(Self(TlsConnector::from(Arc::new(config.with_no_client_auth()))))
    }

    /// Shakes hands. Fails if the certificate is not for this host.
    pub(crate) async fn encrypt<S: Stream>(&self, stream: S, host: &str) -> Result<impl Stream + use<S>, SmtpError> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| SmtpError::Broken(format!("no certificate can be for {host:?}")))?;
        Ok(self.0.connect(name, stream).await?)
    }
}
