//! Deliveries: what workers write, and what admins read.

mod conversion;
mod reader;
mod repository;
mod restock_report;
mod signal;

pub(crate) use signal::{CHANNEL, Signal};
