//! `bookstore migrate`

use std::num::NonZeroU32;

use clap::Subcommand;
use infra_postgres::{Maintenance, Step};

use crate::output::say;
use crate::settings::Settings;
use crate::store::{open_for_maintenance, open_or_create_for_maintenance};

/// What to do with the schema.
#[derive(Debug, Clone, Subcommand)]
pub enum Migrate {
    /// Bring the schema up to date, completely or not at all
    Up,
    /// List the steps of the schema; fails if the store lacks one, or has one of another version
    Status,
    /// Undo the newest steps; what only they stored is lost
    Down {
        /// How many steps to undo
        #[arg(value_name = "STEPS", default_value = "1")]
        steps: NonZeroU32,
    },
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<()> {
        let store = match self {
            Self::Up => open_or_create_for_maintenance(settings).await?,
            Self::Status | Self::Down { .. } => open_for_maintenance(settings).await?,
        };
        let result = self.run_on(&store).await;
        store.close().await;
        result
    }

    async fn run_on(self, store: &Maintenance) -> anyhow::Result<()> {
        match self {
            Self::Up => store.migrate().await?,
            Self::Down { steps } => store.undo(steps.get()).await?,
            Self::Status => {}
        }
        let steps = store.schema().await?;
        for step in &steps {
            say(&line(step));
        }
        let others = steps.iter().filter(|step| !step.is_known).count();
        anyhow::ensure!(
            others == 0,
            "the store has {others} steps that this version does not know; run the version that it belongs to"
        );
        let pending = steps.iter().filter(|step| !step.is_applied).count();
        anyhow::ensure!(
            pending == 0 || !matches!(self, Self::Status),
            "{pending} steps are pending; run `bookstore migrate up`"
        );
        Ok(())
    }
}

fn line(step: &Step) -> String {
    let state = match (step.is_known, step.is_applied) {
        (false, _) => "unknown",
        (true, true) => "applied",
        (true, false) => "pending",
    };
    format!("{state}  {}", step.name)
}
