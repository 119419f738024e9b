use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::{Server as HttpServer, ServerHandle};
use actix_web::http::header;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, web};
use anyhow::Context;
use infra_postgres::{Store, StoreOptions};

use crate::input::BodyLimit;
use crate::request_id::request_id;
use crate::routes;
use crate::settings::Settings;
use crate::start::{Admin, Secrets};
use crate::wiring::Ports;

/// How long requests in flight have to finish when the server is told to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole service, listening.
pub struct Server {
    address: SocketAddr,
    http: HttpServer,
    store: Arc<Store>,
    admin: Option<Admin>,
    database: String,
}

impl Server {
    /// Opens the store, brings it up to date, makes sure of the admin, and listens.
    ///
    /// # Errors
    /// What stops the start, in one line.
    pub async fn start(settings: &Settings) -> anyhow::Result<Self> {
        settings.check()?;
        let secrets = Secrets::gather(settings)?;
        let options = StoreOptions { url: settings.database_url.clone(), max_connections: settings.max_connections() };
        let store = Arc::new(infra_postgres::connect(&options).await?);
        let ports = Ports::wire(&store, settings, &secrets)?;
        if let Some(admin) = &secrets.admin {
            admin.ensure(&ports).await?;
        }
        let (address, http) = listen(settings, web::Data::new(ports))?;
        Ok(Self { address, http, store, admin: secrets.admin, database: database_name(settings) })
    }

    /// Where the API answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What to tell whoever started it: where it is, and how to sign in.
    #[must_use]
    pub fn start_lines(&self) -> String {
        let sign_in = match &self.admin {
            Some(Admin { email, password_file: Some(file), .. }) => format!("{email}, password in {}", file.display()),
            Some(Admin { email, password_file: None, .. }) => format!("{email}, password as in ADMIN_PASSWORD"),
            None => "no admin was asked for: see ADMIN_EMAIL in --help".to_owned(),
        };
        let (version, url) = (env!("CARGO_PKG_VERSION"), self.url());
        format!(
            "bookstore {version}\n  API    {url}\n  Docs   {url}/docs\n  Admin  {sign_in}\n  Store  {}\n",
            self.database
        )
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.http.handle()
    }

    /// Serves until SIGTERM or Ctrl-C, and lets the requests in flight finish.
    ///
    /// # Errors
    /// The server failed.
    pub async fn run(self) -> anyhow::Result<()> {
        self.http.await?;
        self.store.close().await;
        Ok(())
    }
}

fn listen(settings: &Settings, ports: web::Data<Ports>) -> anyhow::Result<(SocketAddr, HttpServer)> {
    let origins = settings.cors_allowed_origins.clone();
    let limit = settings.max_body_bytes.get();
    let app = move || {
        App::new()
            .app_data(ports.clone())
            .app_data(BodyLimit(limit))
            .app_data(web::PayloadConfig::new(limit))
            .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
            .wrap(from_fn(request_id))
            .configure(routes::configure)
    };
    let (host, port) = (settings.host.as_str(), settings.port);
    let server = actix_web::HttpServer::new(app)
        .shutdown_timeout(SHUTDOWN_TIMEOUT.as_secs())
        .shutdown_signal(told_to_stop()?)
        .bind((host, port))
        .with_context(|| format!("HOST {host} and PORT {port} can't be listened on"))?;
    let address = server.addrs().first().copied().context("there is no address to listen on")?;
    Ok((address, server.run()))
}

fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([header::LOCATION.as_str(), header::RETRY_AFTER.as_str(), "x-request-id"])
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Ends with SIGTERM or Ctrl-C.
#[cfg(unix)]
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop; finishing the requests in flight");
    })
}

/// Ends with Ctrl-C.
#[cfg(not(unix))]
fn told_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// The store's address, without who may use it.
fn database_name(settings: &Settings) -> String {
    match url::Url::parse(&settings.database_url) {
        Ok(url) if !settings.is_sqlite() => {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path())
        }
        _ => settings.database_url.clone(),
    }
}
