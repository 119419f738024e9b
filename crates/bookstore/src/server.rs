use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use api_actix::{HttpOptions, HttpServer};
use infra_postgres::{DatabaseUrl, Store};
use infra_security::{Argon2Hasher, SystemClock};
use tokio_util::sync::CancellationToken;

use crate::deliverer::Deliverer;
use crate::mail_settings::Switch;
use crate::metrics::{Instruments, MeteredHasher, MetricsListener};
use crate::open_files;
use crate::settings::{Settings, cores};
use crate::start::{EnsuredAdmin, Secrets};
use crate::stop_signal::StopSignals;
use crate::store::open_store;
use crate::wiring::{unsubscribe_tokens, wire};

/// How many files the process has open at most, beside connections of clients and to PostgreSQL.
const OTHER_FILES: usize = 100;

/// The whole service: the API and, unless `WORKER` is off, a worker.
pub struct Server {
    http: HttpServer,
    store: Arc<Store>,
    deliverer: Option<Deliverer>,
    stop: CancellationToken,
    admin: Option<EnsuredAdmin>,
    database: DatabaseUrl,
    docs: bool,
    metrics: Option<MetricsListener>,
}

impl Server {
    /// Opens the store, runs the migrations, creates the admin, and listens.
    ///
    /// # Errors
    /// Why it can't start, in one line.
    pub async fn start(settings: &Settings) -> anyhow::Result<Self> {
        settings.check_server()?;
        let secrets = Secrets::gather(settings)?;
        let store = open_store(settings).await?;
        let tokens = unsubscribe_tokens(&store).await?;
        let instruments = Arc::new(Instruments::register()?);
        let hasher = MeteredHasher { hasher: Argon2Hasher::new(cores()), instruments: Arc::clone(&instruments) };
        let hasher = Arc::new(hasher);
        let ports = wire(&store, settings, &secrets, &tokens, &instruments, &hasher)?;
        let admin = match secrets.admin {
            Some(admin) => Some(admin.ensure(&ports).await?),
            None => None,
        };
        let stop = CancellationToken::new();
        let options = http_options(settings);
        let told_to_stop = drain(StopSignals::listen()?, stop.clone(), settings.drain());
        let http = HttpServer::bind(&options, ports, stop.clone(), told_to_stop);
        let HttpOptions { host, port, docs, .. } = options;
        let http = http.with_context(|| format!("can't listen on HOST {host}, PORT {port}"))?;
        let deliverer = match settings.mail.worker {
            Switch::On => {
                let listening = format!("http://{}", http.address());
                Some(Deliverer::wire(&store, settings, &listening, &instruments, tokens, stop.clone())?)
            }
            Switch::Off => None,
        };
        let listen = |address| {
            MetricsListener::bind(address, &instruments, &store, Arc::new(SystemClock), Some(Arc::clone(&hasher)))
        };
        let metrics = settings.metrics_address.map(listen).transpose()?;
        let database = settings.store()?;
        Ok(Self { http, store, deliverer, stop, admin, database, docs, metrics })
    }

    /// Returns the base URL of the API.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.http.address())
    }

    /// Returns the lines to print at the start: where the API is, and how to log in.
    #[must_use]
    pub fn start_lines(&self) -> String {
        let log_in = match &self.admin {
            Some(admin) => admin.to_string(),
            None => "none, because ADMIN_EMAIL is not set".to_owned(),
        };
        let mail = self
            .deliverer
            .as_ref()
            .map_or("not delivered by this process, because WORKER is off", |own| &own.destination);
        let metrics =
            self.metrics.as_ref().map(|metrics| format!("  Metrics  {}\n", metrics.url())).unwrap_or_default();
        let (version, url, database) = (env!("CARGO_PKG_VERSION"), self.url(), &self.database);
        let docs = if self.docs { format!("{url}/docs") } else { "not served, because DOCS is off".to_owned() };
        format!(
            "bookstore {version}\n  API    {url}\n  Docs   {docs}\n  Admin  {log_in}\n  Store  {database}\n  \
             Mail   {mail}\n{metrics}"
        )
    }

    /// Returns a handle that can stop the server.
    #[must_use]
    pub fn handle(&self) -> api_actix::ServerHandle {
        self.http.handle()
    }

    /// Serves and delivers until SIGTERM or Ctrl-C, then finishes the requests and e-mails in progress.
    ///
    /// # Errors
    /// The HTTP server failed.
    pub async fn run(self) -> anyhow::Result<()> {
        let serve = async {
            let ended = self.http.run().await;
            // The worker stops with the server, even if the server failed.
            self.stop.cancel();
            ended
        };
        let deliver = async {
            if let Some(deliverer) = self.deliverer {
                deliverer.run().await;
            }
        };
        let work = Box::pin(async { tokio::join!(serve, deliver) });
        let (ended, ()) = match self.metrics {
            Some(metrics) => metrics.run_beside(work).await,
            None => work.await,
        };
        self.store.close().await;
        Ok(ended?)
    }
}

/// Completes when the HTTP server must stop: `limit` after the first signal, or at the second one. The first one cancels `stop`: the
/// server is not ready from then on, and the worker stops.
async fn drain(mut signals: StopSignals, stop: CancellationToken, limit: Duration) {
    signals.next().await;
    stop.cancel();
    if !limit.is_zero() {
        tracing::info!(seconds = limit.as_secs(), "draining: not ready any more, but serving");
        tokio::select! {
            () = tokio::time::sleep(limit) => {}
            () = signals.next() => {}
        }
    }
}

/// Returns how many connections of clients the process has room for, beside the store, the log and the mail server.
fn max_connections(settings: &Settings) -> usize {
    let others = settings.max_connections().get() as usize + OTHER_FILES;
    let files = open_files::raise_limit();
    files.saturating_sub(others).max(files / 2)
}

fn http_options(settings: &Settings) -> HttpOptions {
    HttpOptions {
        host: settings.host.clone(),
        port: settings.port,
        cors_allowed_origins: settings.cors_allowed_origins.clone(),
        client_timeout: Duration::from_secs(settings.client_timeout_seconds.into()),
        connections: settings.rate_limit.share(max_connections(settings)),
        max_body_bytes: settings.max_body_bytes.get(),
        docs: settings.docs == Switch::On,
        trusted_proxies: settings.trusted_proxies.clone(),
    }
}
