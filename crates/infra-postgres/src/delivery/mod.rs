//! Deliveries.

mod backlog;
mod conversion;
mod fan_out;
mod reader;
mod repository;
mod restock_report;
mod restock_signal;

pub(crate) use reader::{DeliveryRow, deliveries_with_names};
