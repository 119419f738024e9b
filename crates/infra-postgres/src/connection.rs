use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::Connection;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr};
use tracing::log::LevelFilter;

use crate::delivery::Signal;
use crate::kept_connections::KeptConnections;
use crate::{Pool, Repositories, Store};

/// How to reach the store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// `postgres://...`, `sqlite://path` or `sqlite::memory:`.
    pub url: String,
    /// The most connections to PostgreSQL. SQLite always has one, which serves many users more evenly than several that
    /// wait for each other.
    pub max_connections: NonZeroU32,
}

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// It can't be reached.
    #[error("the database of DATABASE_URL can't be opened; does it run, and is the address right? {0}")]
    Connect(DbErr),
    /// Its schema could not be brought up to date.
    #[error("the schema of the database can't be brought up to date: {0}")]
    Migrate(DbErr),
}

/// How long a statement may wait for a lock.
const LOCK_TIMEOUT: &str = "1s";
/// How long a statement may run.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a transaction may do nothing before the server ends it.
const IDLE_IN_TRANSACTION_TIMEOUT: &str = "30s";
/// How long to wait for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may rest, or be kept, before it is asked whether it still lives. Asking always would cost a round trip.
const PING_AFTER_IDLE: Duration = Duration::from_secs(30);
/// From when on a statement is logged as slow.
const SLOW_STATEMENT: Duration = Duration::from_secs(1);
/// How often to open a fresh SQLite file that another process is creating at the same moment.
const SQLITE_OPEN_ATTEMPTS: u32 = 5;

/// Opens the store and brings its schema up to date.
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(options: &StoreOptions) -> Result<Store, ConnectError> {
    let connection = open(options).await.map_err(ConnectError::Connect)?;
    migration::migrate(&connection).await.map_err(ConnectError::Migrate)?;
    let kept = (connection.get_database_backend() == DbBackend::Postgres).then(|| keep(&connection, options));
    let signal = Arc::new(Signal::new(&options.url));
    Ok(Repositories { connection: Pool::new(connection, kept.flatten()), signal })
}

/// Keeps all connections of a pool but a quarter, which is for units of work.
fn keep(connection: &DatabaseConnection, options: &StoreOptions) -> Option<KeptConnections> {
    let all = usize::try_from(options.max_connections.get()).ok()?;
    let count = all.checked_sub((all / 4).max(1)).filter(|&count| count > 0)?;
    let pool = connection.get_postgres_connection_pool().clone();
    Some(KeptConnections::new(pool, count, ACQUIRE_TIMEOUT, PING_AFTER_IDLE))
}

async fn open(options: &StoreOptions) -> Result<DatabaseConnection, DbErr> {
    let is_sqlite = options.url.starts_with("sqlite:");
    let connect_options =
        if is_sqlite { sqlite(&options.url) } else { postgres(&options.url, options.max_connections) };
    let mut attempts = 1;
    loop {
        match Database::connect(connect_options.clone()).await {
            Err(_) if is_sqlite && attempts < SQLITE_OPEN_ATTEMPTS => attempts += 1,
            result => return result,
        }
    }
}

fn common(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .sqlx_slow_statements_logging_settings(LevelFilter::Warn, SLOW_STATEMENT)
        .record_stmt_in_spans(false);
    options
}

fn postgres(url: &str, max_connections: NonZeroU32) -> ConnectOptions {
    let mut options = common(url);
    options
        .max_connections(max_connections.get())
        .statement_timeout(STATEMENT_TIMEOUT)
        .test_before_acquire_if_idle_for(PING_AFTER_IDLE)
        .map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("bookstore").options([
                // Whatever the server's default is. Saying it with each transaction would cost it a round trip.
                ("default_transaction_isolation", "read committed"),
                ("lock_timeout", LOCK_TIMEOUT),
                ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT),
            ])
        });
    options
}

fn sqlite(url: &str) -> ConnectOptions {
    let mut options = common(url);
    options
        .max_connections(1)
        // Were its only connection closed, an in-memory database would be gone.
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .map_sqlx_sqlite_pool_opts(|pool| {
            // A commit that fails, because there is no room left, ends the transaction. The driver goes on counting it: what is
            // written next would become a part of it that nobody ever commits. Such a connection is not used again.
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    if connection.is_in_transaction() {
                        // One that was given up is being rolled back, before this is answered.
                        connection.ping().await?;
                    }
                    Ok(!connection.is_in_transaction())
                })
            })
        })
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(ACQUIRE_TIMEOUT)
                .foreign_keys(true)
                // Searches in any case of any script; SQLite's own LIKE knows ASCII only.
                .with_regexp()
        });
    options
}

#[cfg(test)]
mod tests {
    use domain::account::{Email, NewUser, PasswordHash, Role, UserRepository};
    use domain::{RepositoryError, Timestamp, UnitOfWorkFactory};
    use sea_orm::{ConnectionTrait, Statement};

    use super::*;

    fn user(number: u32) -> NewUser {
        NewUser {
            email: Email::parse(&format!("user{number}@example.com")).unwrap(),
            password_hash: PasswordHash::new("x".repeat(200)),
            role: Role::User,
            created_at: Timestamp::from_timestamp_micros(1_800_000_000_000_000).unwrap(),
        }
    }

    /// What SQLite says of itself in a text.
    async fn pragma(store: &Store, name: &str) -> String {
        let statement = Statement::from_string(store.connection.get_database_backend(), format!("PRAGMA {name}"));
        store.connection.database().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn a_store_without_room_is_unavailable_and_goes_on_when_there_is_some() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/bookstore.db", directory.path().display());
        let store = connect(&StoreOptions { url, max_connections: NonZeroU32::MIN }).await.unwrap();
        // It is not made smaller than it is: from here on it may not grow.
        store.connection.database().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();

        let mut added = 0;
        let refused = loop {
            match store.add(&user(added)).await {
                Ok(_) => added += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, RepositoryError::Unavailable(_)), "{refused:?}");
        let unit = store.begin().await.unwrap();
        let refused = unit.users().add(&user(added)).await;
        assert!(matches!(refused, Err(RepositoryError::Unavailable(_))), "{refused:?}");
        drop(unit);

        store.connection.database().execute_unprepared("PRAGMA max_page_count = 100000").await.unwrap();
        let unit = store.begin().await.unwrap();
        unit.users().add(&user(added)).await.unwrap().unwrap();
        unit.commit().await.unwrap();
        assert_eq!(pragma(&store, "integrity_check").await, "ok");
        store.close().await;
        let url = format!("sqlite://{}/bookstore.db", directory.path().display());
        let store = connect(&StoreOptions { url, max_connections: NonZeroU32::MIN }).await.unwrap();
        assert!(store.add(&user(added)).await.unwrap().is_none(), "it was committed");
        assert_eq!(pragma(&store, "integrity_check").await, "ok");
    }
}
