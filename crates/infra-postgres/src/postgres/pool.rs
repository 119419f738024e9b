use std::time::Duration;

use deadpool::managed::{BuildError, Pool, PoolError};
use sea_orm::sqlx;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::lease::Lease;
use super::opener::{Accepts, Opener, retire};

/// The connections to PostgreSQL, opened when they are needed.
///
/// sqlx's own pool pings each connection that returns, which costs a second round trip per statement. This one need not ping: a
/// [`Session`](super::session::Session) knows its state.
#[derive(Debug)]
pub(crate) struct PostgresPool {
    sessions: Pool<Opener>,
    /// Rolls back transactions that were dropped.
    runtime: Handle,
    acquire_limit: Duration,
}

impl PostgresPool {
    /// Creates a pool of at most `max_size` connections.
    ///
    /// MUST be called on a runtime that lives until the process ends, because the sockets belong to it.
    pub(crate) fn new(
        options: PgConnectOptions,
        accepts: Accepts,
        max_size: usize,
        acquire_limit: Duration,
    ) -> Result<Self, BuildError> {
        let sessions = Pool::builder(Opener::new(options, accepts)).max_size(max_size).build()?;
        Ok(Self { sessions, runtime: Handle::current(), acquire_limit })
    }

    /// Takes a connection, or opens one if the pool has room. Fails if neither works in time.
    pub(crate) async fn acquire(&self) -> Result<Lease, DbErr> {
        let session = match timeout(self.acquire_limit, self.sessions.get()).await {
            Ok(Ok(session)) => session,
            Ok(Err(PoolError::Backend(error))) => return Err(connection_error(error)),
            Ok(Err(PoolError::Closed)) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Ok(Err(_)) | Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        };
        Ok(Lease::new(session, self.runtime.clone()))
    }

    /// Replaces all connections: idle ones now, and those in use when they return.
    pub(crate) fn replace_all(&self) {
        retire(&self.sessions, self.sessions.manager().generation());
    }

    /// Closes all connections: idle ones now, and those in use when they return.
    pub(crate) fn close(&self) {
        self.sessions.close();
    }
}

fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
