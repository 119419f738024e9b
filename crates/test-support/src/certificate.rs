//! Certificates for servers that speak TLS.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority, and what it issues.
const COMMANDS: [&str; 2] = [
    "req -x509 -keyout authority.key -out authority.pem -subj /CN=authority -addext basicConstraints=critical,CA:TRUE",
    "req -x509 -CA authority.pem -CAkey authority.key -keyout server.key -out server.pem -subj /CN=localhost \
     -addext basicConstraints=critical,CA:FALSE -addext subjectAltName=DNS:localhost",
];
const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";

/// A certificate for the host `localhost`, issued by an authority that nobody trusts who is not told to.
#[derive(Debug)]
pub struct Certificate(TempDir);

impl Certificate {
    /// Makes one with openssl.
    ///
    /// # Errors
    /// openssl is not installed, or fails.
    pub fn for_localhost() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        for command in COMMANDS {
            let arguments = command.split_whitespace().chain(KEY.split_whitespace());
            let output = Command::new("openssl").args(arguments).current_dir(&directory).output();
            let output = output.context("openssl is not installed")?;
            ensure!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
        }
        // A server that runs under another account reads them.
        fs::set_permissions(&directory, Permissions::from_mode(0o755))?;
        fs::set_permissions(directory.path().join("server.key"), Permissions::from_mode(0o644))?;
        Ok(Self(directory))
    }

    /// The file of the authority, which clients are told to trust.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.0.path().join("authority.pem")
    }

    /// The directory of `server.pem` and `server.key`.
    pub(crate) fn directory(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor> {
        let chain = vec![CertificateDer::from_pem_file(self.0.path().join("server.pem"))?];
        let key = PrivateKeyDer::from_pem_file(self.0.path().join("server.key"))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
        Ok(TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key)?)))
    }
}
