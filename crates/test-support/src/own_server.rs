//! A server that one test alone has, so that it may take it away.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::certificate::Certificate;
use crate::postgres_source::Places;
use crate::private_cluster::{Durability, PrivateCluster};

/// A PostgreSQL server of a test's own, which keeps what it committed through a crash. It is gone with this value, or with this
/// process.
///
/// Tests that start one belong into a suite that says so: [`Suite::with_servers_of_their_own`].
///
/// [`Suite::with_servers_of_their_own`]: crate::Suite::with_servers_of_their_own
#[derive(Debug)]
pub struct OwnServer(PrivateCluster);

impl OwnServer {
    /// Starts one from the server programs that are installed on this machine.
    ///
    /// # Errors
    /// They are not installed, or it does not start.
    pub fn start() -> Result<Self> {
        let places = Places::of_this_machine();
        let programs = places.server_programs().context("no PostgreSQL server is installed")?;
        PrivateCluster::start(programs, Durability::Full).map(Self)
    }

    /// Starts a standby of this server, which follows it and can be read.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_standby(&self) -> Result<Self> {
        self.0.start_standby().map(Self)
    }

    /// What the service takes as `DATABASE_URL`: an empty database.
    #[must_use]
    pub fn url(&self) -> &str {
        self.0.url().as_str()
    }

    pub(crate) fn data_directory(&self) -> &Path {
        self.0.data_directory()
    }

    /// Stops it without letting it finish anything, as when the machine fails.
    ///
    /// # Errors
    /// It did not stop.
    pub fn crash(&mut self) -> Result<()> {
        self.0.crash()
    }

    /// Stops it as its operator does: those who are connected are told, and nothing is lost.
    ///
    /// # Errors
    /// It did not stop.
    pub fn stop(&mut self) -> Result<()> {
        self.0.stop()
    }

    /// Starts it again, and waits until it is ready.
    ///
    /// # Errors
    /// It did not start.
    pub fn start_again(&mut self) -> Result<()> {
        self.0.start_again()
    }

    /// Makes a standby a server of its own, which can be written, and waits until it can.
    ///
    /// # Errors
    /// It is not a standby, or was not promoted.
    pub fn promote(&mut self) -> Result<()> {
        self.0.promote()
    }

    /// Starts it again as a standby that follows nobody: it can be read, and not be written.
    ///
    /// # Errors
    /// It did not stop or start.
    pub fn demote(&mut self) -> Result<()> {
        self.0.demote()
    }

    /// Starts it again with TLS, at a TCP port of this machine. Returns its new URL, which has the host `localhost`; the old one is
    /// void.
    ///
    /// # Errors
    /// It did not start at any port.
    pub fn serve_tls(&mut self, certificate: &Certificate) -> Result<String> {
        self.0.serve_tls(certificate.directory())
    }

    /// Changes a setting, which may take a moment to have an effect. Some take effect only when it is started again.
    ///
    /// # Errors
    /// It could not be told.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        self.0.set(&format!("{name} = '{value}'"))
    }
}
