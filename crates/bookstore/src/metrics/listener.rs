use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use api_actix::MetricsServer;
use domain::Clock;
use infra_postgres::Store;

use super::backlog::BacklogWatch;
use super::hasher::MeteredHasher;
use super::instruments::Instruments;

/// Serves the metrics, and reads what no decorator sees.
pub(crate) struct MetricsListener {
    server: MetricsServer,
    backlog: Arc<BacklogWatch>,
    instruments: Arc<Instruments>,
}

impl MetricsListener {
    /// Listens on the address of `METRICS_ADDRESS`. A worker has no hasher.
    ///
    /// # Errors
    /// The address can't be bound.
    pub(crate) fn bind(
        address: SocketAddr,
        instruments: &Arc<Instruments>,
        store: &Arc<Store>,
        clock: Arc<dyn Clock>,
        hasher: Option<Arc<MeteredHasher>>,
    ) -> anyhow::Result<Self> {
        let backlog = Arc::new(BacklogWatch::new(Arc::clone(store) as _, clock));
        let render = {
            let (instruments, store, backlog) = (Arc::clone(instruments), Arc::clone(store), Arc::clone(&backlog));
            // Counters of the pools are raised to their sources by one scrape at a time.
            let turn = Mutex::new(());
            move || {
                let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
                instruments.show_pools(&store);
                if let Some(hasher) = &hasher {
                    hasher.show_queue();
                }
                backlog.show_age(&instruments);
                instruments.render()
            }
        };
        let server = MetricsServer::bind(address, Arc::new(render))
            .with_context(|| format!("can't listen on METRICS_ADDRESS {address}"))?;
        Ok(Self { server, backlog, instruments: Arc::clone(instruments) })
    }

    /// Returns the URL of the metrics.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/metrics", self.server.address())
    }

    /// Serves while `work` runs, and returns its result.
    pub(crate) async fn run_beside<T>(self, work: impl Future<Output = T>) -> T {
        let (backlog, instruments, handle) = (self.backlog, self.instruments, self.server.handle());
        let watch = async {
            let served = async {
                if let Err(error) = self.server.run().await {
                    tracing::error!(%error, "the metrics are no longer served");
                }
                std::future::pending::<()>().await;
            };
            tokio::join!(backlog.run(&instruments), served)
        };
        let done = tokio::select! {
            done = work => done,
            (never, ()) = watch => match never {},
        };
        // The call itself stops it; the future would only wait for that.
        drop(handle.stop(false));
        done
    }
}
