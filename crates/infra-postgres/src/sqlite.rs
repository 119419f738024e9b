//! Opens an embedded SQLite database.

use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};
use tracing::log::LevelFilter;

use crate::pool::{ACQUIRE_TIMEOUT, SEARCH_TIMEOUT};
use crate::postgres::SLOW_STATEMENT;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Reads, and all writes.
    Everything,
    /// Searches, which can't write and end at a time limit.
    Searches,
}

/// How often to try to open a file that another process is creating.
const OPEN_ATTEMPTS: u32 = 5;
/// After how many instructions of SQLite's virtual machine a search looks at the time.
const INSTRUCTIONS_PER_CHECK: i32 = 1_000;

/// Opens one connection.
pub(crate) async fn open(url: &str, purpose: Purpose) -> Result<DatabaseConnection, DbErr> {
    let mut attempts = 1;
    loop {
        match Database::connect(options(url, purpose)).await {
            Err(_) if attempts < OPEN_ATTEMPTS => attempts += 1,
            result => return result,
        }
    }
}

fn options(url: &str, purpose: Purpose) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .sqlx_slow_statements_logging_settings(LevelFilter::Warn, SLOW_STATEMENT)
        .record_stmt_in_spans(false)
        .max_connections(1)
        // An in-memory database ends with its only connection.
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .map_sqlx_sqlite_pool_opts(move |pool| match purpose {
            Purpose::Everything => close_in_transaction(pool),
            Purpose::Searches => limit_statements(pool),
        })
        .map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .foreign_keys(true)
                // For searches: SQLite's own LIKE folds ASCII only.
                .with_regexp();
            if purpose == Purpose::Searches { sqlite.pragma("query_only", "on") } else { sqlite }
        });
    options
}

/// Closes a connection that is returned inside a transaction. A commit that fails for lack of space ends the transaction, but the
/// driver does not notice: later writes would belong to a transaction that is never committed.
fn close_in_transaction(pool: SqlitePoolOptions) -> SqlitePoolOptions {
    pool.after_release(|connection, _| {
        Box::pin(async move {
            if connection.is_in_transaction() {
                // The ping waits for the rollback of an abandoned transaction.
                connection.ping().await?;
            }
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Limits the time of each statement, which takes the connection from the pool.
fn limit_statements(pool: SqlitePoolOptions) -> SqlitePoolOptions {
    pool.after_connect(|connection, _| Box::pin(interrupt_after(connection, SEARCH_TIMEOUT))).before_acquire(
        |connection, _| {
            Box::pin(async move {
                interrupt_after(connection, SEARCH_TIMEOUT).await?;
                Ok(true)
            })
        },
    )
}

async fn interrupt_after(connection: &mut SqliteConnection, limit: Duration) -> Result<(), sqlx::Error> {
    let deadline = Instant::now() + limit;
    connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS_PER_CHECK, move || Instant::now() < deadline);
    Ok(())
}
