//! The commands of the program, a file for each.

mod admin;
mod serve;
mod worker;

use clap::Subcommand;

use crate::settings::Settings;

/// What the program does.
#[derive(Debug, Clone, Default, Subcommand)]
pub enum Command {
    /// Serve the API, and deliver e-mails unless WORKER is off (default)
    #[default]
    Serve,
    /// Only deliver e-mails
    Worker,
    /// Add, change or list admins
    Admin(admin::Admin),
}

impl Command {
    pub(crate) async fn run(self, settings: &Settings) -> anyhow::Result<()> {
        match self {
            Self::Serve => serve::run(settings).await,
            Self::Worker => worker::run(settings).await,
            Self::Admin(admin) => admin::run(admin, settings).await,
        }
    }
}
