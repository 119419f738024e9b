//! The store: the ports of `domain` over SeaORM, on PostgreSQL and on an embedded SQLite file.
//!
//! [`Repositories`] implements every port, over the pool as well as over a transaction. [`Store`] is the one over the
//! pool; it also opens units of work. The entities never leave this crate.

mod book;
mod connection;
mod delivery;
mod entity;
mod error;
mod health;
mod kept_connections;
mod pool;
mod pre_booking;
mod refresh_token;
mod unit_of_work;
mod user;

pub use connection::{ConnectError, StoreOptions, connect};
pub use pool::Pool;

use std::sync::Arc;

use crate::delivery::Signal;

/// Every port to the store, over one connection: a pool or a transaction.
#[derive(Debug)]
pub struct Repositories<C> {
    connection: C,
    /// Tells whoever delivers of restocks.
    signal: Arc<Signal>,
}

/// The store, over its pool of connections.
pub type Store = Repositories<Pool>;

impl Store {
    /// Closes all connections once what runs on them has ended. Without it they would be closed when the store is dropped, which
    /// takes a runtime.
    pub async fn close(&self) {
        self.signal.close().await;
        self.connection.close().await;
    }
}
