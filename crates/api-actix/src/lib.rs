//! The HTTP API of the pre-booking service, and the program that serves it.
//!
//! One folder a feature, one file a handler with its request and response types. A handler parses what comes in, calls a
//! use case of `domain`, and shows what comes out; the folder `api_error` turns its errors into statuses.

mod account;
mod api_error;
mod book;
mod delivery;
mod docs;
mod health;
mod input;
mod openapi;
mod pre_booking;
mod request_id;
mod routes;
mod security;
mod server;
mod settings;
mod start;
pub mod telemetry;
mod timestamp;
mod wiring;

pub use openapi::document as openapi_document;
pub use server::Server;
pub use settings::{LogFormat, Settings};
