use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, guard, web};

/// Enough for a few Prometheus servers and an operator with curl.
const MAX_CONNECTIONS: usize = 16;
/// The text format of Prometheus.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Serves `GET /metrics` on an address of its own, which clients of the API need not reach.
pub struct MetricsServer {
    address: SocketAddr,
    server: Server,
}

impl MetricsServer {
    /// Binds the address. `render` returns the metrics in the text format of Prometheus; it MUST NOT block.
    ///
    /// # Errors
    /// The address can't be bound.
    pub fn bind(address: SocketAddr, render: Arc<dyn Fn() -> String + Send + Sync>) -> io::Result<Self> {
        let app = move || {
            let render = Arc::clone(&render);
            let answer = move || ready(HttpResponse::Ok().insert_header(("content-type", TEXT_FORMAT)).body(render()));
            let reads = guard::Any(guard::Get()).or(guard::Head());
            App::new()
                .service(web::resource("/metrics").route(web::route().guard(reads).to(answer)))
                .default_service(web::to(not_found))
        };
        let server = actix_web::HttpServer::new(app)
            .workers(1)
            .max_connections(MAX_CONNECTIONS)
            .shutdown_timeout(1)
            .disable_signals()
            .bind(address)?;
        let address = server.addrs().first().copied().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { address, server: server.run() })
    }

    /// Returns the address that it listens on, with the port that was picked for 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns a handle that can stop it.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is stopped.
    pub async fn run(self) -> io::Result<()> {
        self.server.await
    }
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().content_type(ContentType::plaintext()).body("The metrics are at /metrics.\n")
}
