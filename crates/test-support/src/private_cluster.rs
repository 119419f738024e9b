//! A throw-away PostgreSQL server.

use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use url::Url;

use crate::script::Script;

/// Creates, starts and stops the server.
const SCRIPT: &str = include_str!("private_cluster.sh");

/// A running server. It is stopped and its directory removed with this value, or with this process.
#[derive(Debug)]
pub(crate) struct PrivateCluster {
    programs: PathBuf,
    script: Script,
    data: PathBuf,
    url: Url,
}

/// How many ports a server tries that needs a free one.
const PORTS_TO_TRY: usize = 10;

/// What such a server keeps when it crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing, which is faster.
    None,
    /// All that it committed.
    Full,
}

impl PrivateCluster {
    /// Starts the server whose programs are in `programs`, and waits until it is ready.
    pub(crate) fn start(programs: &Path, durability: Durability) -> Result<Self> {
        Self::start_as(programs, durability, OsStr::new(""))
    }

    /// Starts a standby of this durable server, and waits until it is ready.
    pub(crate) fn start_standby(&self) -> Result<Self> {
        Self::start_as(&self.programs, Durability::Full, self.data.as_os_str())
    }

    fn start_as(programs: &Path, durability: Durability, primary: &OsStr) -> Result<Self> {
        let durability = if durability == Durability::Full { "durable" } else { "fast" };
        let script = Script::start(SCRIPT, [programs.as_os_str(), OsStr::new(durability), primary])?;
        let data = script.directory().join("data");
        // The parameter names the directory of the socket. The other host is there because a URL needs one.
        let parameters = [("host", data.to_string_lossy())];
        let url = Url::parse_with_params("postgres://postgres@localhost:5432/postgres", parameters)?;
        Ok(Self { programs: programs.to_owned(), script, data, url })
    }

    /// Stops it without letting it finish anything, as when the machine fails.
    pub(crate) fn crash(&mut self) -> Result<()> {
        self.script.order("crash")
    }

    /// Stops it as its operator does: it ends what runs, and keeps everything.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.script.order("stop")
    }

    /// Starts it again, and waits until it is ready.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.script.order("start")
    }

    /// Makes a standby a server of its own, which can be written.
    pub(crate) fn promote(&mut self) -> Result<()> {
        self.script.order("promote")
    }

    /// Makes it a standby that follows nobody, and can be read.
    pub(crate) fn demote(&mut self) -> Result<()> {
        self.script.order("demote")
    }

    /// Adds a line to its settings, and tells it to read them again.
    pub(crate) fn set(&mut self, line: &str) -> Result<()> {
        self.script.order(&format!("set {line}"))
    }

    /// Starts it again at a TCP port, with TLS. Returns its URL.
    pub(crate) fn serve_tls(&mut self, certificate: &Path) -> Result<String> {
        self.script.order(&format!("tls {}", certificate.display()))?;
        self.stop()?;
        let mut port = 0;
        for _ in 0..PORTS_TO_TRY {
            // Another program may take it before the server does.
            port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            self.script.order(&format!("append port = {port}"))?;
            if self.start_again().is_ok() {
                return Ok(format!("postgres://postgres@localhost:{port}/postgres"));
            }
        }
        bail!("the server can't listen, in the end at port {port}")
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// Where its data and its socket are.
    pub(crate) fn data_directory(&self) -> &Path {
        &self.data
    }
}
