use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, web};
use ipnet::IpNet;

use crate::cors::cors;
use crate::input::BodyLimit;
use crate::peer::TrustedProxies;
use crate::ports::Ports;
use crate::request_id::request_id;
use crate::resources::{self, Resources};
use crate::security_headers::security_headers;
use crate::use_cases::UseCases;

/// How long requests in flight may take after the server was told to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(22);
/// How long the use cases of clients that hung up may take after that. Both together stay below the 30 seconds after which
/// orchestrators kill a process.
const USE_CASE_LIMIT: Duration = Duration::from_secs(3);

/// The options of the HTTP server.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// A host name or an address.
    pub host: String,
    /// 0 picks a free port.
    pub port: u16,
    /// The origins from which browsers may call the API.
    pub cors_allowed_origins: Vec<String>,
    /// The maximum size of a request body.
    pub max_body_bytes: usize,
    /// Whether to serve the Swagger UI and the OpenAPI document.
    pub docs: bool,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// The HTTP server, bound to its address.
pub struct HttpServer {
    address: SocketAddr,
    server: Server,
    use_cases: UseCases,
}

impl HttpServer {
    /// Binds the address. The server stops when `told_to_stop` completes.
    ///
    /// Use cases run on the current Tokio runtime, which MUST live until [`run`](Self::run) returns.
    ///
    /// # Errors
    /// The address can't be bound.
    pub fn bind(
        options: &HttpOptions,
        ports: Ports,
        told_to_stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Self> {
        let observer = web::Data::from(Arc::clone(&ports.request_observer));
        let use_cases = UseCases::new(ports);
        let (origins, limit) = (options.cors_allowed_origins.clone(), options.max_body_bytes);
        let resources = Resources { docs: options.docs, preflights: !origins.is_empty() };
        let proxies = TrustedProxies::new(&options.trusted_proxies);
        let shared = web::Data::new(use_cases.clone());
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .app_data(proxies.clone())
                .app_data(observer.clone())
                .app_data(BodyLimit(limit))
                .app_data(web::PayloadConfig::new(limit))
                .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
                .wrap(from_fn(security_headers))
                .wrap(from_fn(request_id))
                .configure(|app| resources::configure(app, resources))
        };
        let server = actix_web::HttpServer::new(app)
            .shutdown_timeout(SHUTDOWN_LIMIT.as_secs())
            .shutdown_signal(told_to_stop)
            .bind((options.host.as_str(), options.port))?;
        let address = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { address, server: server.run(), use_cases })
    }

    /// Returns the address that it listens on, with the port that was picked for 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a handle that can stop the server.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is told to stop, then finishes the requests in flight and their use cases.
    pub async fn run(self) -> io::Result<()> {
        let ended = self.server.await;
        self.use_cases.finish(USE_CASE_LIMIT).await;
        ended
    }
}
