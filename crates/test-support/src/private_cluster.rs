//! A throw-away PostgreSQL server, which is gone when the test run ends, however it ends.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};
use url::Url;

/// Creates, starts and stops the server.
const SCRIPT: &str = include_str!("private_cluster.sh");

/// A running server. It is stopped and its directory removed with this value, or with this process.
#[derive(Debug)]
pub(crate) struct PrivateCluster {
    url: Url,
    script: Child,
    output: BufReader<ChildStdout>,
    directory: String,
}

/// What such a server keeps when it crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing, which is faster.
    None,
    /// All that it committed.
    Full,
}

/// The account that the server runs under.
struct Account {
    user: u32,
    group: u32,
}

impl PrivateCluster {
    /// Starts the server whose programs are in `programs`, and waits until it is ready.
    pub(crate) fn start(programs: &Path, durability: Durability) -> Result<Self> {
        let account = account_for_root()?;
        let parent = parent_directory(account.is_some())?;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "private_cluster.sh"]).arg(programs).arg(parent);
        command.arg(if durability == Durability::Full { "durable" } else { "fast" });
        if let Some(Account { user, group }) = account {
            command.uid(user).gid(group);
        }
        // A process group of its own, so that Ctrl-C ends the tests and leaves it to the script to end the server. The
        // working directory of the tests may be one that the other account can not enter.
        command.process_group(0).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().context("sh could not be started")?;
        let output = BufReader::new(script.stdout.take().context("the script has no output")?);
        // From here on it is stopped whatever happens.
        let url = Url::parse("postgres://postgres@localhost:5432/postgres")?;
        let mut cluster = Self { url, script, output, directory: String::new() };

        cluster.directory = cluster.next_line()?;
        cluster.wait_until_ready()?;
        // This parameter names the directory of the socket. The other host is there because a URL needs one.
        cluster.url.query_pairs_mut().append_pair("host", &format!("{}/data", cluster.directory));
        Ok(cluster)
    }

    /// Stops it without letting it finish anything, as when the machine fails.
    pub(crate) fn crash(&mut self) -> Result<()> {
        self.order("crash")
    }

    /// Stops it as its operator does: it ends what runs, and keeps everything.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.order("stop")
    }

    /// Starts it again, and waits until it is ready.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.order("start")
    }

    fn order(&mut self, order: &str) -> Result<()> {
        writeln!(self.script.stdin.as_mut().context("the script has no input")?, "{order}")?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        if self.next_line()? == "ready" {
            return Ok(());
        }
        let log = fs::read_to_string(Path::new(&self.directory).join("server.log")).unwrap_or_default();
        bail!("the private PostgreSQL server did not start or stop; its log ends with\n{}", last_lines(&log))
    }

    fn next_line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        if let Err(error) = self.script.wait() {
            eprintln!("test-support: the private PostgreSQL server may still run: {error}");
        }
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// PostgreSQL refuses to run as root. `None` means that this process is not root, and the server can run under the same
/// account.
fn account_for_root() -> Result<Option<Account>> {
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    let account = |name| Ok(Account { user: id(&["-u", name])?, group: id(&["-g", name])? });
    account("postgres").or_else(|_: anyhow::Error| account("nobody")).map(Some)
}

fn id(arguments: &[&str]) -> Result<u32> {
    let output = Command::new("id").args(arguments).output().context("`id` could not be started")?;
    let id = String::from_utf8_lossy(&output.stdout);
    id.trim().parse().map_err(|_| anyhow!("`id {}` gives no number", arguments.join(" ")))
}

/// Where to put the server's directory: where temporary things belong, unless the server could not use it there.
fn parent_directory(for_another_account: bool) -> Result<PathBuf> {
    let directory = fs::canonicalize(env::temp_dir())?;
    let may = |directory: &Path, bits: u32| {
        fs::metadata(directory).is_ok_and(|metadata| metadata.permissions().mode() & bits == bits)
    };
    // The other account has to get there, and in the end to remove what it made.
    let is_open = || may(&directory, 0o003) && directory.ancestors().all(|ancestor| may(ancestor, 0o001));
    // The path of a socket has hardly more than a hundred bytes, and forty are still to come.
    let is_short = directory.as_os_str().len() <= 60;
    let is_usable = is_short && (!for_another_account || is_open());
    Ok(if is_usable { directory } else { PathBuf::from("/tmp") })
}
