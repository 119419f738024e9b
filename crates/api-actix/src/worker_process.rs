use std::sync::Arc;

use infra_postgres::Store;
use tokio_util::sync::CancellationToken;

use crate::deliverer::Deliverer;
use crate::settings::Settings;
use crate::stop_signal::told_to_stop;
use crate::store::{database_name, open_store};

/// The program as a worker alone: it delivers, and serves nobody.
pub struct WorkerProcess {
    deliverer: Deliverer,
    store: Arc<Store>,
    stop: CancellationToken,
    database: String,
}

impl WorkerProcess {
    /// Opens the store, brings it up to date, and gets ready to deliver.
    ///
    /// # Errors
    /// What stops the start, in one line.
    pub async fn start(settings: &Settings) -> anyhow::Result<Self> {
        settings.check()?;
        settings.create_data_directory()?;
        let store = open_store(settings).await?;
        let stop = CancellationToken::new();
        let api = format!("http://{}:{}", settings.host, settings.port);
        let deliverer = Deliverer::wire(&store, settings, &api, stop.clone())?;
        Ok(Self { deliverer, store, stop, database: database_name(settings) })
    }

    /// What to tell whoever started it.
    #[must_use]
    pub fn start_lines(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("bookstore {version} worker\n  Store  {}\n  Mail   {}\n", self.database, self.deliverer.destination)
    }

    /// Delivers until SIGTERM or Ctrl-C, and finishes the mails in hand.
    ///
    /// # Errors
    /// The operating system has no signals to give.
    pub async fn run(self) -> anyhow::Result<()> {
        let told_to_stop = told_to_stop()?;
        let stop = async {
            told_to_stop.await;
            self.stop.cancel();
        };
        tokio::join!(stop, self.deliverer.run());
        self.store.close().await;
        Ok(())
    }
}
