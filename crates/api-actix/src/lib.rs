//! The HTTP API of the pre-booking service, and the program that serves it.
//!
//! One folder a feature, one file a handler with its request and response types. A handler parses what comes in, calls a
//! use case of `domain`, and shows what comes out; the folder `api_error` turns its errors into statuses.

mod account;
mod api_error;
mod book;
mod deliverer;
mod delivery;
mod docs;
mod health;
mod input;
mod mail_settings;
mod openapi;
mod pre_booking;
mod request_id;
mod routes;
mod security;
mod server;
mod settings;
mod start;
mod stop_signal;
mod store;
pub mod telemetry;
mod timestamp;
mod wiring;
mod worker_process;

pub use mail_settings::{MailSettings, Switch};
pub use openapi::document as openapi_document;
pub use server::Server;
pub use settings::{LogFormat, Settings, Task};
pub use worker_process::WorkerProcess;
