//! The `bookstore` program: settings, wiring, and how it starts and stops.
//!
//! This is the one crate that knows more than one adapter.

mod deliverer;
mod health_check;
mod mail_settings;
mod server;
mod settings;
mod start;
mod stop_signal;
mod store;
pub mod telemetry;
mod wiring;
mod worker_process;

pub use health_check::check_health;
pub use mail_settings::{MailSettings, Switch};
pub use server::Server;
pub use settings::{LogFormat, Settings, Task};
pub use worker_process::WorkerProcess;
