use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use api_actix::{Settings, telemetry};
use clap::Parser;

use super::{ADMIN_PASSWORD, JWT_SECRET, PASSWORD};

/// What the servers of the whole run log is read by this; those that run as programs of their own have a level of their own,
/// which for one of them is the finest. In the end nothing secret may have been among it.
#[derive(Clone, Copy)]
pub(crate) struct LogWatch;

/// Lines that say too much, and how many lines there were.
static SEEN: Mutex<(Vec<String>, usize)> = Mutex::new((Vec::new(), 0));

/// What is secret by itself. Every address of the tests is of one domain, every hash of a password begins alike, and every
/// access token begins with `{"` in base64.
const SECRETS: [&str; 8] =
    [PASSWORD, ADMIN_PASSWORD, JWT_SECRET, "a wrong one", "the session ", "@example.com", "$argon2", "eyJ"];

/// What refresh tokens, their hashes and made-up secrets have in common: 256 bits in base64.
const TOKEN_LENGTH: usize = 43;

impl LogWatch {
    /// Reads from here on whatever is logged in this process. The libraries that only the tests use are left out.
    pub(crate) fn start() {
        let filter = "debug,hyper_util=off,reqwest=off,proptest=off";
        let settings = Settings::try_parse_from(["bookstore", "--rust-log", filter]).unwrap();
        telemetry::start_on(|| Self, false, &settings).unwrap();
    }

    pub(crate) fn read(line: &str) {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.1 += 1;
        if says_too_much(line) {
            seen.0.push(line.trim_end().to_owned());
        }
    }

    /// What the run ends with: a failure, if something secret was logged.
    pub(crate) fn end(ended: ExitCode) -> ExitCode {
        let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        eprintln!("{} lines of the log were searched for secrets", seen.1);
        if seen.0.is_empty() {
            return ended;
        }
        eprintln!("error: {} of them show what is secret, such as\n{}", seen.0.len(), seen.0[0]);
        ExitCode::FAILURE
    }
}

fn says_too_much(line: &str) -> bool {
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
