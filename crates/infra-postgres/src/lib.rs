//! The store: the ports of `domain` over SeaORM, on PostgreSQL and on an embedded SQLite file.
//!
//! [`Store`] reads, writes single statements, and begins units of work. The ports that need a transaction are implemented for the
//! unit of work alone. Each folder is a feature, as in `domain`. The entities never leave this crate.

mod account;
mod account_mail;
mod audit;
mod book;
mod connection;
mod database_url;
mod delivery;
mod entity;
mod error;
mod health;
mod leftover_repository;
mod maintenance;
mod pool;
mod postgres;
mod pre_booking;
mod service_key;
mod signal;
mod sqlite;
mod store;
mod transaction;
mod unit_of_work;

pub use book::CatalogReplica;
pub use connection::{ConnectError, StoreOptions, connect};
pub use database_url::{DatabaseUrl, InvalidDatabaseUrl};
pub use maintenance::{Finding, Maintenance, Step};
pub use pool::Pool;
pub use postgres::PoolUsage;
pub use store::{Repositories, Store};
