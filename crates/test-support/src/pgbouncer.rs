//! A throw-away PgBouncer.

use std::ffi::OsStr;

use anyhow::{Context as _, Result};
use url::Url;

use crate::OwnServer;
use crate::postgres_source::Places;
use crate::script::Script;

/// Creates, starts and stops it.
const SCRIPT: &str = include_str!("pgbouncer.sh");

/// A PgBouncer in transaction mode between a program and a server of the test's own. It is gone with this value, or with this process.
///
/// Tests that start one belong into a suite that says so: [`Suite::with_pgbouncer`].
///
/// [`Suite::with_pgbouncer`]: crate::Suite::with_pgbouncer
#[derive(Debug)]
pub struct PgBouncer {
    _script: Script,
    url: Url,
}

impl PgBouncer {
    /// Starts one before a server, with more lines of its settings, or an empty one.
    ///
    /// # Errors
    /// It is not installed, or does not start.
    pub fn start(server: &OwnServer, settings: &str) -> Result<Self> {
        let places = Places::of_this_machine();
        let program = places.pgbouncer.context("PgBouncer is not installed")?;
        let socket_directory = server.data_directory().as_os_str();
        let script = Script::start(SCRIPT, [program.as_os_str(), socket_directory, OsStr::new(settings)])?;
        let parameters = [("host", script.directory().to_string_lossy())];
        let url = Url::parse_with_params("postgres://postgres@localhost:6432/postgres", parameters)?;
        Ok(Self { _script: script, url })
    }

    /// What the service takes as `DATABASE_URL`: the server's database, through PgBouncer.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}
