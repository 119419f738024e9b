use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};
use tracing::log::LevelFilter;

use crate::pool::Connections;
use crate::postgres::{self, PostgresPool, SLOW_STATEMENT};
use crate::signal::Signal;
use crate::{Pool, Repositories, Store};

/// Where the store is, and how to use it.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// `postgres://...`, `sqlite://path` or `sqlite::memory:`.
    pub url: String,
    /// The maximum number of connections to PostgreSQL. SQLite always has one: several would wait for each other, and serve users
    /// less evenly.
    pub max_connections: NonZeroU32,
    /// Whether to bring the schema up to date. If not, it must be.
    pub migrates: bool,
}

/// Why the store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The store can't be reached.
    #[error("the database of DATABASE_URL can't be opened; does it run, and is the address right? {0}")]
    Connect(DbErr),
    /// The store is read-only.
    #[error(
        "the database of DATABASE_URL is read-only, so it is a standby or a primary that was demoted; DATABASE_URL must be the \
         address of the primary"
    )]
    ReadOnly,
    /// The address leads to a pooler.
    #[error(
        "DATABASE_URL leads to PgBouncer, or to another pooler that drops the settings of connections, without which no limit would \
         hold; DATABASE_URL must be the address of PostgreSQL itself (bookstore pools its connections, see DATABASE_MAX_CONNECTIONS)"
    )]
    Pooler,
    /// The schema could not be brought up to date.
    #[error("the schema of the database can't be brought up to date: {0}")]
    Migrate(DbErr),
    /// The schema is not the one of this program, and may not be changed.
    #[error(
        "the schema of the database is not the one of this program, and MIGRATE_ON_START is off; `bookstore migrate status` shows the \
         difference, and `bookstore migrate up` brings an older schema up to date"
    )]
    OtherSchema,
}

/// How long to wait for a connection.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often to try to open an SQLite file that another process is creating.
const SQLITE_OPEN_ATTEMPTS: u32 = 5;

/// Opens the store and brings its schema up to date, if it may.
///
/// MUST be called on a runtime that lives until the process ends, because the connections and the work on them belong to it.
///
/// # Errors
/// The store can't be reached, can't be written, or can't be migrated.
pub async fn connect(options: &StoreOptions) -> Result<Store, ConnectError> {
    let connections = if options.url.starts_with("sqlite:") {
        let database = open_sqlite(&options.url).await.map_err(ConnectError::Connect)?;
        prepare_schema(&database, options.migrates).await?;
        Connections::Sqlite(database)
    } else {
        Connections::Postgres(open_postgres(options).await?)
    };
    Ok(Repositories { connection: Pool(connections), signal: Arc::new(Signal::new(&options.url)) })
}

async fn open_postgres(options: &StoreOptions) -> Result<PostgresPool, ConnectError> {
    let connect_options = postgres::connect_options(&options.url).map_err(connect_error)?;
    let max_connections = usize::try_from(options.max_connections.get()).unwrap_or(usize::MAX);
    let pool = PostgresPool::new(connect_options.clone(), max_connections, ACQUIRE_TIMEOUT);
    let pool = pool.map_err(|error| ConnectError::Connect(DbErr::Custom(error.to_string())))?;
    // The first connection shows whether the address is right.
    drop(pool.acquire().await.map_err(name_cause)?);

    let for_migration = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
    let for_migration = for_migration.connect_with(connect_options).await.map_err(connect_error)?;
    let prepared = prepare_schema(&for_migration.clone().into(), options.migrates).await;
    for_migration.close().await;
    prepared.map(|()| pool)
}

async fn prepare_schema(database: &DatabaseConnection, migrates: bool) -> Result<(), ConnectError> {
    if migrates {
        return migration::migrate(database).await.map_err(ConnectError::Migrate);
    }
    match migration::is_current(database).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(ConnectError::OtherSchema),
        Err(error) => Err(ConnectError::Connect(error)),
    }
}

pub(crate) fn connect_error(error: sqlx::Error) -> ConnectError {
    name_cause(DbErr::Conn(RuntimeErr::SqlxError(error.into())))
}

fn name_cause(error: DbErr) -> ConnectError {
    if let DbErr::Conn(RuntimeErr::SqlxError(cause)) = &error
        && let sqlx::Error::Configuration(cause) = cause.as_ref()
    {
        match cause.to_string().as_str() {
            postgres::READ_ONLY => return ConnectError::ReadOnly,
            postgres::POOLER => return ConnectError::Pooler,
            _ => {}
        }
    }
    ConnectError::Connect(error)
}

pub(crate) async fn open_sqlite(url: &str) -> Result<DatabaseConnection, DbErr> {
    let options = sqlite(url);
    let mut attempts = 1;
    loop {
        match Database::connect(options.clone()).await {
            Err(_) if attempts < SQLITE_OPEN_ATTEMPTS => attempts += 1,
            result => return result,
        }
    }
}

fn sqlite(url: &str) -> ConnectOptions {
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
        .map_sqlx_sqlite_pool_opts(|pool| {
            // A commit that fails for lack of space ends the transaction, but the driver does not notice: later writes would
            // belong to a transaction that is never committed. So close such a connection.
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    if connection.is_in_transaction() {
                        // The ping waits for the rollback of an abandoned transaction.
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
                // For searches: SQLite's own LIKE folds ASCII only.
                .with_regexp()
        });
    options
}

#[cfg(test)]
mod tests {
    use domain::account::{Email, NewUser, PasswordHash, Role, UserReader};
    use domain::book::{Author, BookDetails, BookRepository, NewBook, Price, StockQuantity, Title};
    use domain::{RepositoryError, Timestamp, UnitOfWorkFactory};
    use sea_orm::{ConnectionTrait, DbBackend, Statement};

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_timestamp_micros(1_800_000_000_000_000).unwrap()
    }

    fn user(number: usize) -> NewUser {
        NewUser {
            email: Email::parse(&format!("user{number}@example.com")).unwrap(),
            password_hash: PasswordHash::new("hash".to_owned()),
            role: Role::User,
            created_at: now(),
        }
    }

    fn book() -> NewBook {
        let details = BookDetails {
            title: Title::parse("x".repeat(500)).unwrap(),
            author: Author::parse("x".repeat(255)).unwrap(),
            price: Price::from_stored(1),
            isbn: None,
            description: None,
            cover_image_url: None,
            publish_date: None,
        };
        NewBook { details, stock_quantity: StockQuantity::NONE, created_at: now() }
    }

    /// Returns a text that SQLite reports about itself.
    async fn pragma(store: &Store, name: &str) -> String {
        let statement = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {name}"));
        store.connection.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn a_full_store_is_unavailable_and_works_again_when_it_has_space() {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/bookstore.db", directory.path().display());
        let store = connect(&StoreOptions { url, max_connections: NonZeroU32::MIN, migrates: true }).await.unwrap();
        // SQLite does not shrink a file to the limit, but does not let it grow either.
        store.connection.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();

        let refused = loop {
            if let Err(error) = store.add(&book()).await {
                break error;
            }
        };
        assert!(matches!(refused, RepositoryError::Unavailable(_)), "{refused:?}");
        let unit = store.begin().await.unwrap();
        let mut number = 0;
        let refused = loop {
            match unit.users().add(&user(number)).await {
                Ok(_) => number += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, RepositoryError::Unavailable(_)), "{refused:?}");
        drop(unit);

        store.connection.execute_unprepared("PRAGMA max_page_count = 100000").await.unwrap();
        let unit = store.begin().await.unwrap();
        unit.users().add(&user(0)).await.unwrap().unwrap();
        unit.commit().await.unwrap();
        assert_eq!(pragma(&store, "integrity_check").await, "ok");
        store.close().await;
        let url = format!("sqlite://{}/bookstore.db", directory.path().display());
        let store = connect(&StoreOptions { url, max_connections: NonZeroU32::MIN, migrates: true }).await.unwrap();
        assert!(store.find_credentials(&user(0).email).await.unwrap().is_some(), "it was not committed");
        assert_eq!(pragma(&store, "integrity_check").await, "ok");
    }
}
