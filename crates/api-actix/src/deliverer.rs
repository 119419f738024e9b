use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use domain::delivery::{Mailer, RetryPolicy};
use infra_postgres::Store;
use infra_smtp::{FileMailer, SmtpMailer};
use tokio_util::sync::CancellationToken;
use url::Url;
use worker::{MAX_IN_HAND, Worker, WorkerPorts};

use crate::security::{SystemClock, SystemJitter};
use crate::settings::Settings;

/// A worker with all that it needs, and where its mails go.
pub(crate) struct Deliverer {
    worker: Worker,
    /// Where mails go, for the start lines.
    pub(crate) destination: String,
}

impl Deliverer {
    /// Wires a worker to a store and to the mail server of the settings. The links of its mails lead to `api` unless the settings say
    /// where the shop is.
    pub(crate) fn wire(
        store: &Arc<Store>,
        settings: &Settings,
        api: &str,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let letterhead = settings.mail.letterhead(Url::parse(api)?)?;
        let (mailer, destination): (Arc<dyn Mailer>, _) = if let Some(server) = settings.mail.server()? {
            let name = server.name();
            (Arc::new(SmtpMailer::new(letterhead, server, MAX_IN_HAND)?), format!("by {name}"))
        } else {
            let directory = mail_directory(settings);
            let name = directory.display();
            let files = FileMailer::new(letterhead, &directory).with_context(|| format!("{name} can't be created"))?;
            (Arc::new(files), format!("written into {name}, as there is no SMTP_URL"))
        };
        let ports = WorkerPorts {
            clock: Arc::new(SystemClock),
            jitter: Arc::new(SystemJitter),
            units: Arc::clone(store) as _,
            deliveries: Arc::clone(store) as _,
            restocks: Arc::clone(store) as _,
            mailer,
        };
        let policy = RetryPolicy { max_attempts: settings.mail.mail_max_attempts };
        let worker = Worker::new(ports, policy, settings.mail.mail_max_per_second, stop);
        Ok(Self { worker, destination })
    }

    /// Delivers until it is told to stop.
    pub(crate) async fn run(self) {
        self.worker.run().await;
    }
}

/// Beside an embedded store; else where that of the default store is.
fn mail_directory(settings: &Settings) -> PathBuf {
    settings.data_directory().unwrap_or_else(|| PathBuf::from("data")).join("mail")
}
