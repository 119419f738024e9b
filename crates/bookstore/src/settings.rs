use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use chrono::Duration;
use clap::{Args, ValueEnum, value_parser};
use infra_postgres::DatabaseUrl;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use crate::mail_settings::{MailSettings, Switch};
use crate::private_files::{make_private, make_store_private};
use crate::rate_limit::RateLimit;

/// The settings of the program: options, or environment variables of the same names.
#[expect(clippy::doc_markdown, reason = "--help prints these docs as they are")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// The store: sqlite://PATH, sqlite::memory: or postgres://USER:PASSWORD@HOST:PORT/DATABASE; on another machine with a
    /// certificate that is valid for HOST, unless ?sslmode=... allows less
    #[arg(long, env, hide_env_values = true, default_value = "sqlite://data/bookstore.db")]
    pub database_url: SecretString,

    /// A PostgreSQL replica that lists the catalog; the primary does while the replica fails (default: none)
    #[arg(long, env, hide_env_values = true)]
    pub database_read_url: Option<SecretString>,

    /// The maximum number of connections to PostgreSQL, and a quarter as many more for searches; on SQLite it is always 1
    /// (default: 2 x cores + 12)
    #[arg(long, env)]
    pub database_max_connections: Option<NonZeroU32>,

    /// Whether a start brings the schema of the store up to date; if off, it must be: see `bookstore migrate`
    #[arg(long, env, value_name = "SWITCH", default_value = "on")]
    pub migrate_on_start: Switch,

    /// The address to listen on
    #[arg(long, env, default_value = "127.0.0.1")]
    pub host: String,

    /// The port to listen on; 0 picks a free port, which the start lines show
    #[arg(long, env, default_value_t = 8080)]
    pub port: u16,

    /// The key that signs access tokens, at least 32 bytes; required on PostgreSQL (default on SQLite: generated, and kept
    /// beside the database in jwt-secret)
    #[arg(long, env, hide_env_values = true)]
    pub jwt_secret: Option<SecretString>,

    /// The key before, while it is being replaced: access tokens that it signed stay valid
    #[arg(long, env, hide_env_values = true)]
    pub jwt_secret_previous: Option<SecretString>,

    /// The lifetime of an access token
    #[arg(long, env, default_value = "900", value_name = "SECONDS", value_parser = seconds)]
    pub access_token_ttl_seconds: u32,

    /// The lifetime of a refresh token
    #[arg(long, env, default_value = "604800", value_name = "SECONDS", value_parser = seconds)]
    pub refresh_token_ttl_seconds: u32,

    /// The admin account to create at the start; an existing account becomes an admin only if ADMIN_PASSWORD is its password
    /// (default on SQLite: admin@example.com, on PostgreSQL: none)
    #[arg(long, env)]
    pub admin_email: Option<String>,

    /// The admin's password, 8 to 128 characters, and not a common one (default on SQLite: generated, and kept beside the database in admin-password)
    #[arg(long, env, hide_env_values = true)]
    pub admin_password: Option<SecretString>,

    /// How long the server goes on serving after it was told to stop, while /health/ready answers 503 so that a proxy sends it no more
    /// requests; at most 3600. A second signal ends it
    #[arg(long, env, value_name = "SECONDS", default_value_t = 0, value_parser = value_parser!(u16).range(..=MAX_DRAIN_SECONDS))]
    pub drain_seconds: u16,

    /// Whether users must verify their e-mail address before they pre-book
    #[arg(long, env, value_name = "SWITCH", default_value = "off")]
    pub require_verified_email: Switch,

    /// The origins from which browsers may call the API, separated by commas
    #[arg(long, env, value_name = "https://HOST,...", value_delimiter = ',')]
    pub cors_allowed_origins: Vec<String>,

    /// Whether to serve the Swagger UI at /docs and the OpenAPI document at /openapi.json
    #[arg(long, env, value_enum, default_value = "on")]
    pub docs: Switch,

    /// The address to serve metrics on for Prometheus, at /metrics, such as 127.0.0.1:9464; port 0 picks a free port (default: none)
    #[arg(long, env, value_name = "IP:PORT", value_parser = socket_address)]
    pub metrics_address: Option<SocketAddr>,

    /// The log level (error, warn, info, debug or trace), or a filter such as info,api_actix=debug
    #[arg(long, env = "RUST_LOG", value_name = "FILTER", default_value = "info")]
    pub rust_log: String,

    /// The log format
    #[arg(long, env, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,

    /// The maximum size of a request body
    #[arg(long, env, value_name = "BYTES", default_value = "65536")]
    pub max_body_bytes: NonZeroUsize,

    /// How long a client may take to send the head of a request, then its body, and to read what is buffered of a response
    #[arg(long, env, default_value = "10", value_name = "SECONDS", value_parser = seconds)]
    pub client_timeout_seconds: u32,

    /// Whether to limit what one client may do: on, off, or how many times as much as usual
    #[arg(long, env, value_name = "SWITCH|FACTOR", default_value = "on")]
    pub rate_limit: RateLimit,
    /// The maximum number of a user's pre-bookings that wait at the same time
    #[arg(long, env, value_name = "NUMBER", default_value = "100")]
    pub max_waiting_per_user: NonZeroU32,

    /// The proxies that tell the address of a client in X-Forwarded-For: addresses and networks such as 10.0.0.0/8, separated by commas
    #[arg(long, env, value_name = "ADDRESS,...", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// How users get e-mails.
    #[command(flatten)]
    pub mail: MailSettings,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object per line.
    Json,
}

/// Where an embedded store is unless `DATABASE_URL` says otherwise.
const DEFAULT_SQLITE_FILE: &str = "data/bookstore.db";

const MAX_DRAIN_SECONDS: i64 = 3600;
const MIN_JWT_SECRET_BYTES: usize = 32;

fn seconds(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| format!("must be a whole number from 1 to {}", u32::MAX))
}

fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:9464 or 0.0.0.0:9464".to_owned())
}

fn check_jwt_secret(name: &str, secret: Option<&SecretString>) -> anyhow::Result<()> {
    let Some(secret) = secret.map(ExposeSecret::expose_secret) else { return Ok(()) };
    let length = secret.len();
    ensure!(length >= MIN_JWT_SECRET_BYTES, "{name} must have at least {MIN_JWT_SECRET_BYTES} bytes; it has {length}");
    let mut characters = secret.chars();
    let first = characters.next();
    ensure!(
        characters.any(|other| Some(other) != first),
        "{name} must be random, such as `openssl rand -hex 32` prints; it is one character repeated"
    );
    Ok(())
}

fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
    network.map_err(|_| "must be an address or a network such as 10.0.0.0/8".to_owned())
}

/// Returns the number of cores that the program may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl Settings {
    /// Checks what clap can't: rules that depend on several settings.
    ///
    /// # Errors
    /// One line that names the wrong setting and what would be valid.
    pub fn check(&self) -> anyhow::Result<()> {
        self.store()?;
        let secrets = [("JWT_SECRET", &self.jwt_secret), ("JWT_SECRET_PREVIOUS", &self.jwt_secret_previous)];
        for (name, secret) in secrets {
            check_jwt_secret(name, secret.as_ref())?;
        }
        ensure!(
            self.is_sqlite() || self.admin_email.is_some() == self.admin_password.is_some(),
            "ADMIN_EMAIL and ADMIN_PASSWORD must both be set, or neither"
        );
        for origin in &self.cors_allowed_origins {
            // A browser sends no wildcard, so it would match nothing.
            let is_origin = !origin.contains('*')
                && url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            ensure!(
                is_origin,
                "CORS_ALLOWED_ORIGINS must be origins such as https://shop.example.com, unlike {origin:?}"
            );
        }
        self.mail.check()
    }

    /// Returns the address of the store.
    pub(crate) fn store(&self) -> anyhow::Result<DatabaseUrl> {
        DatabaseUrl::parse(self.database_url.expose_secret())
            .map_err(|invalid| anyhow::anyhow!("DATABASE_URL {invalid}"))
    }

    /// Returns the address of the replica.
    pub(crate) fn replica(&self) -> anyhow::Result<Option<DatabaseUrl>> {
        let Some(url) = &self.database_read_url else { return Ok(None) };
        let url = url.expose_secret();
        ensure!(
            !self.is_sqlite() && !url.starts_with("sqlite:"),
            "DATABASE_READ_URL must be a replica of a PostgreSQL server; SQLite has none"
        );
        DatabaseUrl::parse(url).map(Some).map_err(|invalid| anyhow::anyhow!("DATABASE_READ_URL {invalid}"))
    }

    /// Checks the settings of a server, which needs more of them than other commands.
    ///
    /// # Errors
    /// One line that names the wrong setting and what would be valid.
    pub fn check_server(&self) -> anyhow::Result<()> {
        self.check()?;
        self.replica()?;
        ensure!(
            self.is_sqlite() || self.jwt_secret.is_some(),
            "JWT_SECRET is required on PostgreSQL: at least {MIN_JWT_SECRET_BYTES} bytes, such as `openssl rand -hex 32` prints"
        );
        Ok(())
    }

    /// Whether the store is an embedded SQLite database.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.database_url.expose_secret().starts_with("sqlite:")
    }

    /// Returns the file of an embedded store, unless it is in memory.
    pub(crate) fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.database_url.expose_secret().strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
        (path != ":memory:").then(|| PathBuf::from(path))
    }

    /// Returns the directory of an embedded store, which also keeps secrets and e-mails.
    #[must_use]
    pub fn data_directory(&self) -> Option<PathBuf> {
        // A store in memory has no directory, so secrets and e-mails are kept in that of the default store.
        let file = self.sqlite_file().unwrap_or_else(|| PathBuf::from(DEFAULT_SQLITE_FILE));
        self.is_sqlite().then(|| file.parent().unwrap_or(Path::new("")).to_owned())
    }

    /// Creates the directory of an embedded store, and makes a store that exists its owner's alone.
    pub(crate) fn prepare_data_directory(&self) -> anyhow::Result<()> {
        let Some(directory) = self.data_directory() else { return Ok(()) };
        if !directory.as_os_str().is_empty() {
            fs::create_dir_all(&directory).with_context(|| format!("can't create {}", directory.display()))?;
        }
        let unprotected = || format!("can't make the store in {} readable by its owner alone", directory.display());
        if let Some(file) = self.sqlite_file() {
            make_store_private(&file).with_context(unprotected)?;
        }
        // Any other directory may hold more than the store.
        if Path::new(DEFAULT_SQLITE_FILE).parent() == Some(&directory) {
            make_private(&directory).with_context(unprotected)?;
        }
        Ok(())
    }

    pub(crate) fn max_connections(&self) -> NonZeroU32 {
        let default = u32::try_from(2 * cores() + 12).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        self.database_max_connections.unwrap_or(default)
    }

    pub(crate) fn drain(&self) -> std::time::Duration {
        std::time::Duration::from_secs(self.drain_seconds.into())
    }

    pub(crate) fn access_token_ttl(&self) -> Duration {
        Duration::seconds(self.access_token_ttl_seconds.into())
    }

    pub(crate) fn refresh_token_ttl(&self) -> Duration {
        Duration::seconds(self.refresh_token_ttl_seconds.into())
    }
}
