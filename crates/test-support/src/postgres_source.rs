//! Where the PostgreSQL of a test run comes from.
//!
//! 1. `TEST_DATABASE_URL`, if it is set. It is a failure when no database can be created there.
//! 2. The server of the compose file, if a database can be created on it.
//! 3. A throw-away server, started from the server programs that are installed on this machine.
//!
//! To look for it starts nothing, so that tests can be listed without one.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};
use url::Url;

use crate::admin_connection::{AdminConnection, without_password};
use crate::run_name::new_run_name;
use crate::suite::{Needed, Test};

/// What docker-compose.yml publishes.
const COMPOSE_URL: &str = "postgres://bookstore:bookstore@127.0.0.1:5433/bookstore_test";

/// A server that is there answers at once; an address without one may swallow every packet.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Where to look.
#[derive(Debug)]
pub(crate) struct Places {
    pub(crate) given_url: Option<String>,
    pub(crate) compose_url: String,
    /// Directories that may hold the server programs, the best first.
    pub(crate) programs: Vec<PathBuf>,
    /// The program PgBouncer, if it is installed.
    pub(crate) pgbouncer: Option<PathBuf>,
    /// Whether Prometheus is installed, and promtool with it.
    pub(crate) prometheus: bool,
}

/// What was found.
#[derive(Debug)]
pub(crate) enum PostgresSource {
    /// The server of `TEST_DATABASE_URL`.
    Given(String),
    /// The server of the compose file.
    Compose(Url),
    /// The directory of the server programs.
    Programs(PathBuf),
}

impl Places {
    pub(crate) fn of_this_machine() -> Self {
        Self {
            given_url: env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()),
            compose_url: COMPOSE_URL.to_owned(),
            programs: program_directories(),
            pgbouncer: program("pgbouncer"),
            prometheus: program("prometheus").is_some() && program("promtool").is_some(),
        }
    }

    /// The directory of the server programs, if they are installed.
    pub(crate) fn server_programs(&self) -> Option<&Path> {
        self.programs.iter().find(|directory| has_the_programs(directory)).map(PathBuf::as_path)
    }

    /// Whether programs are missing that a test starts.
    pub(crate) fn lack(&self, test: &Test) -> bool {
        test.needs.iter().any(|needed| match needed {
            Needed::Server => self.server_programs().is_none(),
            Needed::PgBouncer => self.pgbouncer.is_none(),
            Needed::Prometheus => !self.prometheus,
        })
    }

    /// Looks, without starting anything and without asking a server that was given whether it is there.
    ///
    /// # Errors
    /// There is none; the error says why.
    pub(crate) fn find(&self) -> Result<PostgresSource> {
        if let Some(url) = &self.given_url {
            return Ok(PostgresSource::Given(url.clone()));
        }
        let compose_url = Url::parse(&self.compose_url)?;
        let Err(error) = create_and_drop_a_database(&compose_url) else {
            return Ok(PostgresSource::Compose(compose_url));
        };
        if let Some(directory) = self.server_programs() {
            return Ok(PostgresSource::Programs(directory.to_owned()));
        }
        bail!(
            "TEST_DATABASE_URL is not set, {} does not answer ({error:#}), and no PostgreSQL server is installed. \
             Set it, run `docker compose up -d`, or install a server (on Debian: postgresql)",
            without_password(&compose_url)
        )
    }
}

/// A server that can not do this is of no use, even if it answers: a replica, or a role without the right to.
fn create_and_drop_a_database(url: &Url) -> Result<()> {
    let name = format!("{}_probe", new_run_name());
    let mut connection = AdminConnection::open(url, &name, ANSWERS_WITHIN)?;
    connection.execute(&format!(r#"CREATE DATABASE "{name}" TEMPLATE template0"#))?;
    connection.execute(&format!(r#"DROP DATABASE "{name}""#))?;
    connection.close()
}

fn has_the_programs(directory: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| directory.join(program).is_file())
}

fn program_directories() -> Vec<PathBuf> {
    let mut directories = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        directories.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    directories.extend(debian_directories());
    directories.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    directories
}

/// Debian keeps the server programs out of `PATH`, in a directory per version. The newest comes first.
fn debian_directories() -> Vec<PathBuf> {
    let entries = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|version| format!("/usr/lib/postgresql/{version}/bin").into()).collect()
}

/// Finds an installed program. Debian keeps PgBouncer among the programs of root, which are not in everybody's `PATH`.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories = env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    directories.find_map(|directory| Some(directory.join(name)).filter(|program| program.is_file()))
}
