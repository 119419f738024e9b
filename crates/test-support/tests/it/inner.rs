//! Runs of this binary inside one of its tests, with tests that say which database they are given and then misbehave.

use std::env;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use test_support::{Suite, TestDatabase, tests};

const MARK: &str = "TEST_SUPPORT_INNER_RUN";

/// Whether this process is one.
pub(crate) fn is_inner() -> bool {
    env::var_os(MARK).is_some()
}

pub(crate) fn suite() -> Suite {
    tests![passes, panics, never_ends, needs_no_database]
}

async fn passes(database: TestDatabase) {
    eprintln!("url={}", database.url());
}

async fn panics(database: TestDatabase) {
    eprintln!("url={}", database.url());
    panic!("on purpose");
}

async fn never_ends(database: TestDatabase) {
    eprintln!("url={}", database.url());
    std::future::pending::<()>().await;
}

async fn needs_no_database() {}

/// A run that goes on until it ends by itself or is killed.
pub(crate) struct InnerRun {
    child: Child,
    messages: BufReader<ChildStderr>,
}

impl InnerRun {
    /// Starts it. Without a `server` it looks for PostgreSQL in the other places.
    pub(crate) fn start(arguments: &[&str], server: Option<&str>) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(arguments).env(MARK, "1").env_remove("TEST_DATABASE_URL");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(server) = server {
            command.env("TEST_DATABASE_URL", server);
        }
        let mut child = command.spawn().unwrap();
        let messages = BufReader::new(child.stderr.take().unwrap());
        Self { child, messages }
    }

    /// Waits until a test says which database it is given.
    pub(crate) fn url(&mut self) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.messages.read_line(&mut line).unwrap(), 0, "the run ended before a test began");
            if let Some((_, url)) = line.trim_end().split_once("url=") {
                return url.to_owned();
            }
        }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Waits for the end of the run and of everything that it started and that can still say something. Gives what it
    /// wrote to standard output and to standard error.
    pub(crate) fn end(mut self) -> (ExitStatus, String, String) {
        let (mut output, mut messages) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        self.messages.read_to_string(&mut messages).unwrap();
        (self.child.wait().unwrap(), output, messages)
    }
}
