use std::num::NonZeroU32;
use std::sync::Arc;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use domain::account::UnsubscribeTokens;
use infra_smtp::{Letterhead, SmtpServer, Unsubscribe, check_sender};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// How users get e-mails.
#[expect(clippy::doc_markdown, reason = "--help prints these docs as they are")]
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings of e-mails")]
pub struct MailSettings {
    /// The mail server: smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587?tls=required (default: none, and e-mails
    /// are written to files under data/mail)
    #[arg(long, env, hide_env_values = true)]
    pub smtp_url: Option<SecretString>,

    /// Whether to allow unencrypted connections to a mail server on another machine
    #[arg(long, env, value_name = "SWITCH", default_value = "off")]
    pub smtp_allow_plaintext: Switch,

    /// The sender of e-mails
    #[arg(long, env, value_name = "ADDRESS", default_value = "Bookstore <no-reply@localhost>")]
    pub mail_from: String,

    /// The address under which users reach this API, for links in e-mails (default: the address that it listens on)
    #[arg(long, env, value_name = "URL")]
    pub public_url: Option<Url>,

    /// The shop that links in e-mails point to (default: PUBLIC_URL)
    #[arg(long, env, value_name = "URL")]
    pub store_url: Option<Url>,

    /// The maximum number of e-mails within any second
    #[arg(long, env, value_name = "MAILS", default_value = "50")]
    pub mail_max_per_second: NonZeroU32,

    /// The number of attempts after which an e-mail has failed
    #[arg(long, env, value_name = "ATTEMPTS", default_value = "8")]
    pub mail_max_attempts: NonZeroU32,

    /// Whether the server delivers e-mails itself; if not, run `bookstore worker` somewhere
    #[arg(long, env, value_name = "SWITCH", default_value = "on")]
    pub worker: Switch,
}

/// A setting that is `on` or `off`.
#[expect(missing_docs, reason = "the names say it, and --help lists docs")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

impl MailSettings {
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.server()?;
        for (name, url) in [("PUBLIC_URL", &self.public_url), ("STORE_URL", &self.store_url)] {
            let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
            ensure!(url.as_ref().is_none_or(is_web), "{name} must be an address such as https://shop.example.com");
        }
        check_sender(&self.mail_from).map_err(|invalid| anyhow::anyhow!("MAIL_FROM {invalid}"))
    }

    /// Returns the mail server; `None` if `SMTP_URL` is not set.
    pub(crate) fn server(&self) -> anyhow::Result<Option<SmtpServer>> {
        let Some(url) = &self.smtp_url else { return Ok(None) };
        let server = SmtpServer::parse(url.expose_secret(), self.smtp_allow_plaintext == Switch::On);
        server.map(Some).map_err(|invalid| anyhow::anyhow!("SMTP_URL {invalid}"))
    }

    /// Returns the sender and the links of e-mails. The API is at `listening` unless `PUBLIC_URL` is set.
    pub(crate) fn letterhead(&self, listening: &str, tokens: Arc<dyn UnsubscribeTokens>) -> anyhow::Result<Letterhead> {
        let api = self.public_url.clone().map_or_else(|| Url::parse(listening), Ok)?;
        let shop = self.store_url.clone().unwrap_or_else(|| api.clone());
        Letterhead::new(&self.mail_from, shop, Unsubscribe { api, tokens })
            .map_err(|invalid| anyhow::anyhow!("MAIL_FROM {invalid}"))
    }
}
