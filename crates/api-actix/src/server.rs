use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::{Server as HttpServer, ServerHandle};
use actix_web::http::header;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, web};
use anyhow::Context;
use infra_postgres::Store;
use tokio_util::sync::CancellationToken;

use crate::deliverer::Deliverer;
use crate::input::BodyLimit;
use crate::mail_settings::Switch;
use crate::request_id::request_id;
use crate::routes;
use crate::settings::Settings;
use crate::start::{Admin, Secrets};
use crate::stop_signal::told_to_stop;
use crate::store::{database_name, open_store};
use crate::wiring::Ports;

/// How long requests in flight have to finish when the server is told to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole service, listening.
pub struct Server {
    address: SocketAddr,
    http: HttpServer,
    store: Arc<Store>,
    deliverer: Option<Deliverer>,
    stop: CancellationToken,
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
        let store = open_store(settings).await?;
        let ports = Ports::wire(&store, settings, &secrets);
        if let Some(admin) = &secrets.admin {
            admin.ensure(&ports).await?;
        }
        let stop = CancellationToken::new();
        let (address, http) = listen(settings, web::Data::new(ports), stop.clone())?;
        let deliverer = match settings.mail.worker {
            Switch::On => Some(Deliverer::wire(&store, settings, &format!("http://{address}"), stop.clone())?),
            Switch::Off => None,
        };
        let database = database_name(settings);
        Ok(Self { address, http, store, deliverer, stop, admin: secrets.admin, database })
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
        let mail = self.deliverer.as_ref().map_or("not delivered from here: WORKER is off", |own| &own.destination);
        let (version, url, database) = (env!("CARGO_PKG_VERSION"), self.url(), &self.database);
        format!(
            "bookstore {version}\n  API    {url}\n  Docs   {url}/docs\n  Admin  {sign_in}\n  Store  {database}\n  \
             Mail   {mail}\n"
        )
    }

    /// Stops the server from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.http.handle()
    }

    /// Serves and delivers until SIGTERM or Ctrl-C, and finishes the requests and the mails in hand.
    ///
    /// # Errors
    /// The server failed.
    pub async fn run(self) -> anyhow::Result<()> {
        let serve = async {
            let ended = self.http.await;
            // However the server ended, nobody delivers behind it.
            self.stop.cancel();
            ended
        };
        let deliver = async {
            if let Some(deliverer) = self.deliverer {
                deliverer.run().await;
            }
        };
        let (ended, ()) = tokio::join!(serve, deliver);
        self.store.close().await;
        Ok(ended?)
    }
}

fn listen(
    settings: &Settings,
    ports: web::Data<Ports>,
    stop: CancellationToken,
) -> anyhow::Result<(SocketAddr, HttpServer)> {
    let told_to_stop = told_to_stop()?;
    let told_to_stop = async move {
        told_to_stop.await;
        stop.cancel();
    };
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
        .shutdown_signal(told_to_stop)
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
