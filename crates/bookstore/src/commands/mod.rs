//! The commands of the program, a file for each.

mod admin;
mod check_config;
mod doctor;
mod health;
mod migrate;
mod openapi;
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
    /// Show or change the schema of the store
    #[command(subcommand)]
    Migrate(migrate::Migrate),
    /// Check the rows of the store against every rule; fails if one is violated
    Doctor(doctor::Doctor),
    /// Check the settings, and open nothing
    CheckConfig,
    /// Print the OpenAPI document
    Openapi,
    /// Ask the server on HOST and PORT whether it is ready
    Health,
}

impl Command {
    pub(crate) async fn run(self, settings: &Settings) -> anyhow::Result<()> {
        match self {
            Self::Serve => serve::run(settings).await,
            Self::Worker => worker::run(settings).await,
            Self::Admin(admin) => admin.run(settings).await,
            Self::Migrate(migrate) => migrate.run(settings).await,
            Self::Doctor(doctor) => doctor.run(settings).await,
            Self::CheckConfig => check_config::run(settings),
            Self::Openapi => openapi::run(),
            Self::Health => health::run(settings).await,
        }
    }
}
