use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, Pool, RecycleError, RecycleResult};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sea_orm::sqlx::{self, ConnectOptions, Executor, Row};
use tracing::log::LevelFilter;

use super::session::Session;

/// How long a statement may wait for a lock.
const LOCK_TIMEOUT: &str = "1s";
/// How long a statement may run.
const STATEMENT_TIMEOUT: &str = "10s";
/// How long a transaction may be idle before the server ends it.
const IDLE_IN_TRANSACTION_TIMEOUT: &str = "30s";
/// How long a connection may be idle before it is pinged when it is used again. A ping each time would cost a round trip.
const PING_AFTER_IDLE: Duration = Duration::from_secs(30);
/// How long a connection is used at most, so that the server's memory for it does not grow for ever.
const MAX_LIFETIME: Duration = Duration::from_mins(30);
/// How long a statement may take before it is logged as slow.
pub(crate) const SLOW_STATEMENT: Duration = Duration::from_secs(1);

/// Why a session is not opened: the server can't be written.
pub(crate) const READ_ONLY: &str = "the server is read-only: it is a standby, or was demoted";
/// Why a session is not opened: a pooler stands before the server.
pub(crate) const POOLER: &str = "PgBouncer or another pooler drops the settings of the connection";

/// Adds every limit that the server enforces.
pub(crate) fn with_limits(options: PgConnectOptions) -> PgConnectOptions {
    let options = options.log_statements(LevelFilter::Off).log_slow_statements(LevelFilter::Warn, SLOW_STATEMENT);
    options.application_name("bookstore").options([
        // Whatever the server's default is. Setting it with each transaction would cost a round trip.
        ("default_transaction_isolation", "read committed"),
        ("statement_timeout", STATEMENT_TIMEOUT),
        ("lock_timeout", LOCK_TIMEOUT),
        ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT),
        // Let the server notice a dead client, so that its locks end. This side has the limits of `Session` instead: sqlx opens
        // its sockets itself and has no setting for them.
        ("tcp_keepalives_idle", "15"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "30s"),
    ])
}

/// Changes the limits for searches. They are planned for the text at hand: a plan for any text would fold it again for each row.
pub(crate) fn for_searches(options: PgConnectOptions, timeout: Duration) -> PgConnectOptions {
    let timeout = timeout.as_millis().to_string();
    options.options([("statement_timeout", timeout.as_str()), ("plan_cache_mode", "force_custom_plan")])
}

/// Opens sessions for the pool, and decides which ones may be used again.
///
/// Sessions belong to a generation. When a session is lost, its whole generation is suspect: the server is gone, was demoted, or
/// can't be reached. Then a new generation begins, so that callers do not lose one session of the old one after the other.
#[derive(Debug)]
pub(crate) struct Opener {
    options: PgConnectOptions,
    accepts: Accepts,
    generation: AtomicU64,
}

/// Which servers a pool accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// Only the primary: a server that can be written.
    Primary,
    /// Any, because it is only read.
    Any,
}

impl Opener {
    pub(super) fn new(options: PgConnectOptions, accepts: Accepts) -> Self {
        Self { options, accepts, generation: AtomicU64::new(0) }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Ends a generation, unless it has ended already.
    fn retire(&self, generation: u64) {
        let _ = self.generation.compare_exchange(generation, generation + 1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

impl Manager for Opener {
    type Type = Session;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<Session, sqlx::Error> {
        let generation = self.generation();
        let mut connection = self.options.connect().await.map_err(name_pooler)?;
        let settings = "SELECT current_setting('transaction_read_only') = 'on', current_setting('lock_timeout')";
        let row = connection.fetch_one(settings).await?;
        if self.accepts == Accepts::Primary && row.try_get(0)? {
            return Err(sqlx::Error::Configuration(READ_ONLY.into()));
        }
        if row.try_get::<String, _>(1)? != LOCK_TIMEOUT {
            return Err(sqlx::Error::Configuration(POOLER.into()));
        }
        Ok(Session::new(connection, generation))
    }

    async fn recycle(&self, session: &mut Session, _: &Metrics) -> RecycleResult<sqlx::Error> {
        let is_old = session.generation != self.generation() || session.opened_at.elapsed() > MAX_LIFETIME;
        if is_old || !session.is_idle() {
            return Err(RecycleError::message("the session must not be used again"));
        }
        if session.used_at.elapsed() > PING_AFTER_IDLE {
            session.ping().await.inspect_err(|_| self.retire(session.generation))?;
        }
        session.used_at = Instant::now();
        Ok(())
    }
}

/// Closes the sessions of a generation: idle ones now, and those in use when they return.
pub(super) fn retire(pool: &Pool<Opener>, generation: u64) {
    pool.manager().retire(generation);
    let current = pool.manager().generation();
    pool.retain(|session, _| session.generation == current);
}

/// Recognizes `PgBouncer`, which refuses unknown startup parameters: `08P01 unsupported startup parameter`.
fn name_pooler(error: sqlx::Error) -> sqlx::Error {
    let refusal = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    match refusal {
        Some(refusal) if refusal.code() == "08P01" && refusal.message().contains("startup parameter") => {
            sqlx::Error::Configuration(POOLER.into())
        }
        _ => error,
    }
}
