//! The HTTP API of the pre-booking service.
//!
//! Each feature is a folder. Each handler is a file, with its request and response types and its refusals. A handler parses the
//! request, runs a use case of `domain`, and returns the result. `routes.rs` lists every endpoint and who may call it.

mod access;
mod account;
mod api_error;
mod audit;
mod book;
mod client_stream;
mod connections;
mod cors;
mod delivery;
mod docs;
mod draining;
mod endpoint;
mod health;
mod input;
mod listeners;
mod metrics_server;
mod openapi;
mod origin;
mod peer;
mod ports;
mod pre_booking;
mod rate_limit;
mod request_id;
mod request_log;
mod request_observer;
mod request_span;
mod resources;
mod routes;
mod schema;
mod security_headers;
mod server;
mod sliced_body;
mod timestamp;
mod trace_parent;
mod unsubscribe;
mod use_cases;

pub use actix_server::ServerHandle;
pub use connections::ConnectionLimits;
pub use metrics_server::MetricsServer;
pub use openapi::document as openapi_document;
pub use ports::Ports;
pub use request_observer::{FinishedRequest, RequestObserver};
pub use server::{HttpOptions, HttpServer};
