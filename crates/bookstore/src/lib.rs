//! The `bookstore` program: settings, wiring, and how it starts and stops.
//!
//! This is the one crate that knows more than one adapter.

mod command_line;
mod commands;
mod deliverer;
mod mail_settings;
mod metrics;
mod open_files;
mod output;
pub mod private_files;
mod rate_limit;
mod server;
mod settings;
mod start;
mod stop_signal;
mod store;
pub mod telemetry;
mod wiring;
mod worker_process;

pub use command_line::CommandLine;
pub use commands::Command;
pub use mail_settings::{MailSettings, Switch};
pub use rate_limit::RateLimit;
pub use server::Server;
pub use settings::{LogFormat, Settings};
