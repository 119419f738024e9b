use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use bookstore::{CommandLine, telemetry};
use clap::Parser;

use super::{ADMIN_PASSWORD, JWT_SECRET, PASSWORD};

/// Reads everything that the servers of the whole run log, and fails the run if a line contains a secret. Servers that run as
/// separate programs set their own level; one of them logs at `trace`.
#[derive(Clone, Copy)]
pub(crate) struct LogWatch;

/// Lines with secrets, and the number of all lines.
static SEEN: Mutex<(Vec<String>, usize)> = Mutex::new((Vec::new(), 0));

/// Secret texts. Every address of the tests has the same domain, every password hash starts the same, and every access token
/// starts with `{"` in base64.
const SECRETS: [&str; 8] =
    [PASSWORD, ADMIN_PASSWORD, JWT_SECRET, "a wrong one", "the session ", "@example.com", "$argon2", "eyJ"];

/// The length of refresh tokens, their hashes and generated secrets: 256 bits in base64.
const TOKEN_LENGTH: usize = 43;

impl LogWatch {
    /// Starts to read the log of this process. Libraries that only the tests use are left out.
    pub(crate) fn start() {
        let filter = "debug,hyper_util=off,reqwest=off,proptest=off";
        let CommandLine { settings, .. } = CommandLine::try_parse_from(["bookstore", "--rust-log", filter]).unwrap();
        telemetry::start_on(|| Self, false, &settings).unwrap();
    }

    pub(crate) fn read(line: &str) {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1 += 1;
        if contains_secret(line) {
            seen.0.push(line.trim_end().to_owned());
        }
    }

    /// The exit code of the run: a failure if a secret was logged.
    pub(crate) fn end(ended: ExitCode) -> ExitCode {
        let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        eprintln!("{} lines of the log were searched for secrets", seen.1);
        if seen.0.is_empty() {
            return ended;
        }
        eprintln!("error: {} of them contain a secret, such as\n{}", seen.0.len(), seen.0[0]);
        ExitCode::FAILURE
    }
}

fn contains_secret(line: &str) -> bool {
    let is_token = |word: &str| word.len() == TOKEN_LENGTH && !word.starts_with("bookstore_test_");
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    SECRETS.iter().any(|secret| line.contains(secret)) || words.any(is_token)
}

impl Write for LogWatch {
    /// The log is written a line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        Self::read(&String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
