//! `bookstore doctor`

use clap::Args;
use infra_postgres::{Finding, Maintenance};

use crate::output::say;
use crate::settings::Settings;
use crate::store::open_for_maintenance;

/// How to check the store.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Repair what has one right answer
    #[arg(long)]
    repair: bool,
}

impl Doctor {
    pub(super) async fn run(self, settings: &Settings) -> anyhow::Result<()> {
        let store = open_for_maintenance(settings).await?;
        let result = self.run_on(&store).await;
        store.close().await;
        result
    }

    async fn run_on(self, store: &Maintenance) -> anyhow::Result<()> {
        let is_current = store.has_current_schema().await?;
        anyhow::ensure!(is_current, "the schema is not the one of this version; see `bookstore migrate status`");
        if self.repair {
            for found in store.repair().await? {
                say(&format!("repaired  {} ({})", found.rule, found.violations));
            }
        }
        let findings = store.inspect().await?;
        for found in &findings {
            say(&lines(found));
        }
        let violated: Vec<_> = findings.iter().filter(|found| found.violations > 0).collect();
        let repairable = violated.iter().filter(|found| found.is_repairable).count();
        let advice = if repairable > 0 { "; `bookstore doctor --repair` repairs what it can" } else { "" };
        anyhow::ensure!(violated.is_empty(), "{} of {} rules are violated{advice}", violated.len(), findings.len());
        Ok(())
    }
}

fn lines(found: &Finding) -> String {
    if found.violations == 0 {
        return format!("ok        {}", found.rule);
    }
    let more = found.violations - found.examples.len() as u64;
    let more = (more > 0).then(|| format!("and {more} more"));
    let details: Vec<_> =
        found.examples.iter().cloned().chain(more).map(|detail| format!("\n            {detail}")).collect();
    format!("VIOLATED  {}{}", found.rule, details.concat())
}
