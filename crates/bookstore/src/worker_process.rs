use std::sync::Arc;
use std::time::Duration;

use infra_postgres::{DatabaseUrl, Store};
use infra_security::SystemClock;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::deliverer::Deliverer;
use crate::metrics::{Instruments, MetricsListener};
use crate::settings::Settings;
use crate::stop_signal::StopSignals;
use crate::store::open_store;
use crate::wiring::unsubscribe_tokens;

/// How long closing the connections may take. After that, the operating system closes them when the process exits.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The program as a worker only, without the API.
pub(crate) struct WorkerProcess {
    deliverer: Deliverer,
    store: Arc<Store>,
    stop: CancellationToken,
    database: DatabaseUrl,
    metrics: Option<MetricsListener>,
}

impl WorkerProcess {
    /// Opens the store, runs the migrations, and wires the worker.
    ///
    /// # Errors
    /// Why it can't start, in one line.
    pub(crate) async fn start(settings: &Settings) -> anyhow::Result<Self> {
        settings.check()?;
        settings.prepare_data_directory()?;
        let store = open_store(settings).await?;
        let instruments = Arc::new(Instruments::register()?);
        let listen = |address| MetricsListener::bind(address, &instruments, &store, Arc::new(SystemClock), None);
        let metrics = settings.metrics_address.map(listen).transpose()?;
        let stop = CancellationToken::new();
        let listening = format!("http://{}:{}", settings.host, settings.port);
        let tokens = unsubscribe_tokens(&store).await?;
        let deliverer = Deliverer::wire(&store, settings, &listening, &instruments, tokens, stop.clone())?;
        Ok(Self { deliverer, store, stop, database: settings.store()?, metrics })
    }

    /// Returns the lines to print at the start.
    pub(crate) fn start_lines(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let metrics =
            self.metrics.as_ref().map(|metrics| format!("  Metrics  {}\n", metrics.url())).unwrap_or_default();
        let (database, mail) = (&self.database, &self.deliverer.destination);
        format!("bookstore {version} worker\n  Store  {database}\n  Mail   {mail}\n{metrics}")
    }

    /// Delivers until SIGTERM or Ctrl-C, then finishes the e-mails in progress. It returns within 30 seconds after the signal, even
    /// if the store and the mail server are silent.
    ///
    /// # Errors
    /// The signal handlers can't be installed.
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let mut signals = StopSignals::listen()?;
        let stop = async {
            signals.next().await;
            self.stop.cancel();
        };
        let work = Box::pin(async { tokio::join!(stop, self.deliverer.run()) });
        match self.metrics {
            Some(metrics) => metrics.run_beside(work).await,
            None => work.await,
        };
        let _ = timeout(CLOSE_TIMEOUT, self.store.close()).await;
        Ok(())
    }
}
