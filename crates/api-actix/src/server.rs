use std::future::{Future, ready};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::{Server, ServerHandle};
use actix_service::{ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::{Condition, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, web};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;

use crate::client_stream::{ClientStream, KEEP_ALIVE};
use crate::connections::{ConnectionLimits, Connections};
use crate::cors::cors;
use crate::draining::{Draining, close_connections};
use crate::input::BodyLimit;
use crate::listeners::listen;
use crate::peer::TrustedProxies;
use crate::ports::Ports;
use crate::request_id::request_id;
use crate::request_log::request_log;
use crate::resources::{self, Resources};
use crate::security_headers::security_headers;
use crate::sliced_body::slice_body;
use crate::use_cases::UseCases;

/// How long requests in flight may take after the server was told to stop.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(22);
/// How long the use cases of clients that hung up may take after that. Both together stay below the 30 seconds after which
/// orchestrators kill a process.
const USE_CASE_LIMIT: Duration = Duration::from_secs(3);

/// How long a client may take to close its side of a connection.
const DISCONNECT_LIMIT: Duration = Duration::from_secs(1);

/// The options of the HTTP server.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// A host name or an address.
    pub host: String,
    /// 0 picks a free port.
    pub port: u16,
    /// The origins from which browsers may call the API.
    pub cors_allowed_origins: Vec<String>,
    /// How long a client may take to send the head of a request, then its body, and to read what is buffered of a response.
    pub client_timeout: Duration,
    /// How many connections may be open.
    pub connections: ConnectionLimits,
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
    /// Binds the address. The server is no longer ready once `draining` is cancelled, and stops when `told_to_stop` completes.
    ///
    /// Use cases run on the current Tokio runtime, which MUST live until [`run`](Self::run) returns.
    ///
    /// # Errors
    /// The address can't be bound.
    pub fn bind(
        options: &HttpOptions,
        ports: Ports,
        draining: CancellationToken,
        told_to_stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Self> {
        let observer = web::Data::from(Arc::clone(&ports.request_observer));
        let limiter = web::Data::from(Arc::clone(&ports.rate_limiter));
        let use_cases = UseCases::new(ports);
        let origins = options.cors_allowed_origins.clone();
        let resources = Resources { docs: options.docs, preflights: !origins.is_empty() };
        let body_limit = BodyLimit { bytes: options.max_body_bytes, timeout: options.client_timeout };
        let proxies = TrustedProxies::new(&options.trusted_proxies);
        let shared = web::Data::new(use_cases.clone());
        let draining = web::Data::new(Draining(draining));
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .app_data(draining.clone())
                .app_data(proxies.clone())
                .app_data(observer.clone())
                .app_data(limiter.clone())
                .app_data(body_limit)
                .app_data(web::PayloadConfig::new(body_limit.bytes))
                .wrap(from_fn(slice_body))
                .wrap(Condition::new(!origins.is_empty(), cors(&origins)))
                .wrap(from_fn(close_connections))
                .wrap(from_fn(security_headers))
                .wrap(from_fn(request_log))
                .wrap(from_fn(request_id))
                .configure(|app| resources::configure(app, resources))
        };
        let connections = Connections::new(options.connections, TrustedProxies::new(&options.trusted_proxies));
        let timeout = options.client_timeout;
        let mut server = Server::build().shutdown_timeout(SHUTDOWN_LIMIT.as_secs()).shutdown_signal(told_to_stop);
        let stopping = server.graceful_shutdown_signal();
        // As `actix_web::HttpServer` does it, which can't refuse a connection and can't limit writes.
        let service = move || {
            let (connections, stopping) = (connections.clone(), stopping.clone());
            let http = HttpService::build()
                .keep_alive(KEEP_ALIVE)
                .client_request_timeout(timeout)
                .client_disconnect_timeout(DISCONNECT_LIMIT)
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .h1(map_config(app(), |()| AppConfig::default()).map_err(|error| error.error_response()));
            let admit = move |stream: TcpStream| ready(admit(&connections, stream, timeout));
            fn_service(admit).and_then(http)
        };
        let listeners = listen(&options.host, options.port)?;
        let address = listeners.first().ok_or(io::ErrorKind::AddrNotAvailable)?.local_addr()?;
        for listener in listeners {
            server = server.listen("api", listener, service.clone())?;
        }
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

/// Closes a connection at once if there are too many.
fn admit(
    connections: &Connections,
    stream: TcpStream,
    timeout: Duration,
) -> Result<(ClientStream, Option<SocketAddr>), DispatchError> {
    let address = stream.peer_addr()?;
    let permit = connections.admit(address.ip()).ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionRefused))?;
    Ok((ClientStream::new(stream, timeout, permit), Some(address)))
}
