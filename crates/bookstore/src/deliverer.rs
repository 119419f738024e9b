use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use domain::account::UnsubscribeTokens;
use domain::delivery::{Mailer, RetryPolicy};
use infra_postgres::Store;
use infra_security::{RandomLinkTokens, SystemClock, SystemJitter};
use infra_smtp::{FileMailer, Pace, SmtpMailer};
use tokio_util::sync::CancellationToken;
use worker::{MAX_IN_HAND, Worker, WorkerPorts};

use crate::metrics::{Instruments, MeteredMailer};
use crate::private_files::make_private;
use crate::settings::Settings;

/// A worker with its adapters.
pub(crate) struct Deliverer {
    worker: Worker,
    /// Where e-mails go, for the start lines.
    pub(crate) destination: String,
}

impl Deliverer {
    /// Wires a worker to a store and a mailer. `listening` is the address of the API unless `PUBLIC_URL` is set.
    pub(crate) fn wire(
        store: &Arc<Store>,
        settings: &Settings,
        listening: &str,
        instruments: &Arc<Instruments>,
        tokens: Arc<dyn UnsubscribeTokens>,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        let letterhead = settings.mail.letterhead(listening, tokens)?;
        let pace = Pace::new(settings.mail.mail_max_per_second);
        let (mailer, destination): (Arc<dyn Mailer>, _) = if let Some(server) = settings.mail.server()? {
            let name = server.name();
            (Arc::new(SmtpMailer::new(letterhead, pace, server, MAX_IN_HAND)?), format!("sent through {name}"))
        } else {
            let directory = mail_directory(settings);
            let name = directory.display();
            let files =
                FileMailer::new(letterhead, pace, &directory).with_context(|| format!("can't create {name}"))?;
            make_private(&directory).with_context(|| format!("can't make {name} readable by its owner alone"))?;
            (Arc::new(files), format!("written to {name}, because SMTP_URL is not set"))
        };
        let ports = WorkerPorts {
            clock: Arc::new(SystemClock),
            jitter: Arc::new(SystemJitter),
            units: Arc::clone(store) as _,
            deliveries: Arc::clone(store) as _,
            restocks: Arc::clone(store) as _,
            links: Arc::new(RandomLinkTokens),
            mailer: Arc::new(MeteredMailer { mailer, instruments: Arc::clone(instruments) }),
        };
        let policy = RetryPolicy { max_attempts: settings.mail.mail_max_attempts };
        let worker = Worker::new(ports, policy, stop);
        Ok(Self { worker, destination })
    }

    /// Delivers until the stop.
    pub(crate) async fn run(self) {
        self.worker.run().await;
    }
}

/// Returns the directory for e-mails: beside an embedded store, otherwise where the default store would be.
fn mail_directory(settings: &Settings) -> PathBuf {
    settings.data_directory().unwrap_or_else(|| PathBuf::from("data")).join("mail")
}
