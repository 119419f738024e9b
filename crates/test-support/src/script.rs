//! Shell scripts that run servers, which are gone when the test run ends, however it ends.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};

/// A running script. It is told to end with this value, or with this process, by the end of its standard input.
///
/// Its first argument is where to make a directory. It says on standard output which one it made, and then `ready`; everything else is
/// a failure. Each line that it is told is answered in the same way. What its servers say is in the file `server.log`.
#[derive(Debug)]
pub(crate) struct Script {
    child: Child,
    output: BufReader<ChildStdout>,
    directory: PathBuf,
}

/// The account that servers run under.
struct Account {
    user: u32,
    group: u32,
}

impl Script {
    /// Starts it, and waits until it is ready.
    pub(crate) fn start<A: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = A>) -> Result<Self> {
        let account = account_for_root()?;
        let parent = parent_directory(account.is_some())?;
        let mut command = Command::new("sh");
        command.args(["-c", script, "test-support"]).arg(parent).args(arguments);
        if let Some(Account { user, group }) = account {
            command.uid(user).gid(group);
        }
        // A process group of its own, so that Ctrl-C ends the tests and leaves it to the script to end the server. The
        // working directory of the tests may be one that the other account can not enter.
        command.process_group(0).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("sh could not be started")?;
        let output = BufReader::new(child.stdout.take().context("the script has no output")?);
        // From here on it is stopped whatever happens.
        let mut script = Self { child, output, directory: PathBuf::new() };
        script.directory = script.next_line()?.into();
        script.wait_until_ready()?;
        Ok(script)
    }

    /// The directory that it made, which it removes in the end.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Tells it to do something, and waits until it is done.
    pub(crate) fn order(&mut self, order: &str) -> Result<()> {
        writeln!(self.child.stdin.as_mut().context("the script has no input")?, "{order}")?;
        self.wait_until_ready()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        if self.next_line()? == "ready" {
            return Ok(());
        }
        let log = fs::read_to_string(self.directory.join("server.log")).unwrap_or_default();
        bail!("a private server did not do as it was told; its log ends with\n{}", last_lines(&log))
    }

    fn next_line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if let Err(error) = self.child.wait() {
            eprintln!("test-support: a private server may still run: {error}");
        }
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// PostgreSQL and PgBouncer refuse to run as root. `None` means that this process is not root, and the server can run under the same
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
