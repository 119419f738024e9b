use std::fs;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use chrono::Duration;
use clap::{Parser, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use crate::mail_settings::MailSettings;

/// The pre-booking service of a bookstore: customers reserve books that are out of stock, and are notified when they
/// come back.
///
/// Every setting is an environment variable, which a file named .env in the working directory may set too. The option of the
/// same name goes before it; secrets are better not given as options, which other users of the machine can see.
#[expect(clippy::doc_markdown, reason = "--help prints these docs as they are")]
#[derive(Debug, Clone, Parser)]
#[command(name = "bookstore", version)]
pub struct Settings {
    /// What to run
    #[arg(value_enum, default_value = "serve", value_name = "TASK")]
    pub task: Task,

    /// The store: sqlite://PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/DATABASE
    #[arg(long, env, hide_env_values = true, default_value = "sqlite://data/bookstore.db")]
    pub database_url: String,

    /// The most connections to the store; on SQLite it is always 1 (default: 2 x cores + 12)
    #[arg(long, env)]
    pub database_max_connections: Option<NonZeroU32>,

    /// The address to listen on
    #[arg(long, env, default_value = "127.0.0.1")]
    pub host: String,

    /// The port to listen on; 0 picks a free one, and the start lines say which
    #[arg(long, env, default_value_t = 8080)]
    pub port: u16,

    /// What access tokens are signed with, at least 32 bytes; required on PostgreSQL (default on SQLite: a random one, kept
    /// beside the database in jwt-secret)
    #[arg(long, env, hide_env_values = true)]
    pub jwt_secret: Option<SecretString>,

    /// How long an access token is good for
    #[arg(long, env, default_value = "900", value_name = "SECONDS", value_parser = seconds)]
    pub access_token_ttl_seconds: u32,

    /// How long a refresh token is good for
    #[arg(long, env, default_value = "604800", value_name = "SECONDS", value_parser = seconds)]
    pub refresh_token_ttl_seconds: u32,

    /// This admin is created when unknown; an account that exists gets the role only if ADMIN_PASSWORD is its password
    /// (default on SQLite: admin@example.com, on PostgreSQL: none)
    #[arg(long, env)]
    pub admin_email: Option<String>,

    /// The admin's password, 8 to 128 characters (default on SQLite: a random one, kept beside the database in
    /// admin-password)
    #[arg(long, env, hide_env_values = true)]
    pub admin_password: Option<SecretString>,

    /// The origins from which browsers may call the API, separated by commas
    #[arg(long, env, value_name = "https://HOST,...", value_delimiter = ',')]
    pub cors_allowed_origins: Vec<String>,

    /// What is logged: error, warn, info, debug, trace, or a filter such as info,api_actix=debug
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info")]
    pub rust_log: String,

    /// How it is logged
    #[arg(long, env, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// The most bytes that the body of a request may have
    #[arg(long, env, value_name = "BYTES", default_value = "65536")]
    pub max_body_bytes: NonZeroUsize,

    /// How users hear of restocks.
    #[command(flatten)]
    pub mail: MailSettings,
}

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Task {
    /// Serves the API, and delivers e-mails unless WORKER is off
    Serve,
    /// Delivers e-mails, and nothing else
    Worker,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

const MIN_JWT_SECRET_BYTES: usize = 32;

fn seconds(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|seconds| *seconds > 0).ok_or_else(|| format!("not a whole number from 1 to {}", u32::MAX))
}

/// How many cores this machine has for the program.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Settings {
    /// Checks what one setting alone can't tell.
    ///
    /// # Errors
    /// One line that says which setting is wrong, and what would be right.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.is_sqlite()
                || ["postgres://", "postgresql://"].iter().any(|scheme| self.database_url.starts_with(scheme)),
            "DATABASE_URL must start with sqlite: or postgres://"
        );
        ensure!(
            self.is_sqlite() || self.jwt_secret.is_some() || self.task == Task::Worker,
            "JWT_SECRET is required on PostgreSQL: at least {MIN_JWT_SECRET_BYTES} bytes, such as `openssl rand -hex 32` prints"
        );
        if let Some(secret) = &self.jwt_secret {
            let length = secret.expose_secret().len();
            ensure!(
                length >= MIN_JWT_SECRET_BYTES,
                "JWT_SECRET must have at least {MIN_JWT_SECRET_BYTES} bytes; it has {length}"
            );
        }
        ensure!(
            self.is_sqlite() || self.admin_email.is_some() == self.admin_password.is_some(),
            "ADMIN_EMAIL and ADMIN_PASSWORD must be set both or neither"
        );
        for origin in &self.cors_allowed_origins {
            let is_origin = url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            ensure!(
                is_origin,
                "CORS_ALLOWED_ORIGINS must hold origins such as https://shop.example.com; {origin:?} is none"
            );
        }
        self.mail.check()
    }

    /// Whether the store is embedded.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.database_url.starts_with("sqlite:")
    }

    /// Where an embedded store keeps its file, and what belongs to it.
    #[must_use]
    pub fn data_directory(&self) -> Option<PathBuf> {
        let path = self.database_url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
        // A store in memory has no file; what belongs to it is kept where that of the default store is.
        let file = if path == ":memory:" { Path::new("data/bookstore.db") } else { Path::new(path) };
        Some(file.parent().unwrap_or(Path::new("")).to_owned())
    }

    pub(crate) fn create_data_directory(&self) -> anyhow::Result<()> {
        match self.data_directory().filter(|directory| !directory.as_os_str().is_empty()) {
            Some(directory) => {
                fs::create_dir_all(&directory).with_context(|| format!("{} can't be created", directory.display()))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn max_connections(&self) -> NonZeroU32 {
        let default = u32::try_from(2 * cores() + 12).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        self.database_max_connections.unwrap_or(default)
    }

    pub(crate) fn access_token_ttl(&self) -> Duration {
        Duration::seconds(self.access_token_ttl_seconds.into())
    }

    pub(crate) fn refresh_token_ttl(&self) -> Duration {
        Duration::seconds(self.refresh_token_ttl_seconds.into())
    }
}
