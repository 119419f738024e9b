//! `bookstore worker`

use crate::output::say;
use crate::settings::Settings;
use crate::worker_process::WorkerProcess;

pub(super) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let worker = WorkerProcess::start(settings).await?;
    say(&worker.start_lines());
    worker.run().await
}
