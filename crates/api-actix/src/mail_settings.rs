use std::num::NonZeroU32;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use infra_smtp::{Letterhead, SmtpServer};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// How users hear of restocks.
#[expect(clippy::doc_markdown, reason = "--help prints these docs as they are")]
#[derive(Debug, Clone, Args)]
pub struct MailSettings {
    /// The mail server: smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587?tls=required (default: none, and mails are
    /// written into files under data/mail)
    #[arg(long, env, hide_env_values = true)]
    pub smtp_url: Option<SecretString>,

    /// Whether mails may go to another machine without encryption
    #[arg(long, env, value_name = "SWITCH", default_value = "off")]
    pub smtp_allow_plaintext: Switch,

    /// Who the mails are from
    #[arg(long, env, value_name = "ADDRESS", default_value = "Bookstore <no-reply@localhost>")]
    pub mail_from: String,

    /// The shop that the links in mails lead to (default: this API)
    #[arg(long, env, value_name = "URL")]
    pub store_url: Option<Url>,

    /// The most mails that are sent in a second
    #[arg(long, env, value_name = "MAILS", default_value = "50")]
    pub mail_max_per_second: NonZeroU32,

    /// How often a mail is tried before it is given up
    #[arg(long, env, value_name = "ATTEMPTS", default_value = "8")]
    pub mail_max_attempts: NonZeroU32,

    /// Whether the server delivers mails itself; if not, run `bookstore worker` somewhere
    #[arg(long, env, value_name = "SWITCH", default_value = "on")]
    pub worker: Switch,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

impl MailSettings {
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.server()?;
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        ensure!(
            self.store_url.as_ref().is_none_or(is_web),
            "STORE_URL must be an address such as https://shop.example.com"
        );
        let anywhere = Url::parse("http://localhost").context("there is no such address")?;
        self.letterhead(anywhere)?;
        Ok(())
    }

    /// The mail server, if there is one.
    pub(crate) fn server(&self) -> anyhow::Result<Option<SmtpServer>> {
        let Some(url) = &self.smtp_url else { return Ok(None) };
        let server = SmtpServer::parse(url.expose_secret(), self.smtp_allow_plaintext == Switch::On);
        server.map(Some).map_err(|invalid| anyhow::anyhow!("SMTP_URL {invalid}"))
    }

    /// Whose mails they are, in a shop that is at `api` unless it is somewhere else.
    pub(crate) fn letterhead(&self, api: Url) -> anyhow::Result<Letterhead> {
        let shop = self.store_url.clone().unwrap_or(api);
        Letterhead::new(&self.mail_from, shop).map_err(|invalid| anyhow::anyhow!("MAIL_FROM {invalid}"))
    }
}
