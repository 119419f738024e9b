use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    acquisitions: Acquisitions,
}

/// What happened to those who asked for a connection so far.
#[derive(Debug, Default)]
struct Acquisitions {
    succeeded: AtomicU64,
    failed: AtomicU64,
    waited_micros: AtomicU64,
}

/// How a pool of connections is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUsage {
    /// The number of connections that work.
    pub in_use: usize,
    /// The number of open connections that rest.
    pub idle: usize,
    /// The maximum number of connections.
    pub max: usize,
    /// How many tasks wait for a connection.
    pub waiting: usize,
    /// How often a connection was taken since the start.
    pub acquired: u64,
    /// How often there was none in time since the start.
    pub failed: u64,
    /// How long all tasks together have waited for connections since the start, opening new ones included.
    pub waited: Duration,
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
        Ok(Self { sessions, runtime: Handle::current(), acquire_limit, acquisitions: Acquisitions::default() })
    }

    /// Takes a connection, or opens one if the pool has room. Fails if neither works in time.
    pub(crate) async fn acquire(&self) -> Result<Lease, DbErr> {
        let begun = Instant::now();
        let acquired = self.try_acquire().await;
        self.acquisitions.count(acquired.is_ok(), begun.elapsed());
        acquired
    }

    async fn try_acquire(&self) -> Result<Lease, DbErr> {
        let session = match timeout(self.acquire_limit, self.sessions.get()).await {
            Ok(Ok(session)) => session,
            Ok(Err(PoolError::Backend(error))) => return Err(connection_error(error)),
            Ok(Err(PoolError::Closed)) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Ok(Err(_)) | Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        };
        Ok(Lease::new(session, self.runtime.clone()))
    }

    /// Returns how the pool is used at the moment, and has been since the start.
    pub(crate) fn usage(&self) -> PoolUsage {
        let (status, acquisitions) = (self.sessions.status(), &self.acquisitions);
        PoolUsage {
            in_use: status.size.saturating_sub(status.available),
            idle: status.available,
            max: status.max_size,
            waiting: status.waiting,
            acquired: acquisitions.succeeded.load(Ordering::Relaxed),
            failed: acquisitions.failed.load(Ordering::Relaxed),
            waited: Duration::from_micros(acquisitions.waited_micros.load(Ordering::Relaxed)),
        }
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

impl Acquisitions {
    fn count(&self, succeeded: bool, waited: Duration) {
        let outcome = if succeeded { &self.succeeded } else { &self.failed };
        outcome.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }
}

fn connection_error(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(error.into()))
}
