//! The metrics, in the text format of Prometheus: [docs/monitoring.md](../../../../docs/monitoring.md) lists them.
//!
//! Ports are counted by decorators, which `wiring.rs` and `deliverer.rs` put around the adapters. Pools and queues are read when
//! Prometheus asks; the backlog is read from the store every few seconds.

mod backlog;
mod hasher;
mod instruments;
mod listener;
mod mailer;
mod pools;
mod pre_bookings;
mod requests;
mod stock;

pub(crate) use hasher::MeteredHasher;
pub(crate) use instruments::Instruments;
pub(crate) use listener::MetricsListener;
pub(crate) use mailer::MeteredMailer;
pub(crate) use pre_bookings::MeteredPreBookings;
pub(crate) use stock::MeteredUnits;
