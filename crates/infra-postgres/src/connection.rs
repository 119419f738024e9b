use std::io::ErrorKind;
use std::num::NonZeroU32;
use std::sync::Arc;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::{DatabaseConnection, DbErr, RuntimeErr};

use crate::database_url::{DatabaseUrl, Engine};
use crate::pool::{ACQUIRE_TIMEOUT, Connections, SEARCH_TIMEOUT};
use crate::postgres::{self, Accepts, PostgresPool};
use crate::signal::Signal;
use crate::sqlite::{self, Purpose};
use crate::{Pool, Repositories, Store};

/// Where the store is, and how to use it.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Where it is.
    pub url: DatabaseUrl,
    /// The maximum number of connections to PostgreSQL; a quarter as many more are for searches. SQLite always has one, and another
    /// for searches: several that write would wait for each other, and serve users less evenly.
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
    /// The connection can't be encrypted, or leads to a server that is not trusted.
    #[error(
        "the connection to the database of DATABASE_URL is not safe: {0}; a server on another machine needs TLS and a certificate \
         for its host, from a known authority or one that sslrootcert=FILE names; sslmode=... in DATABASE_URL allows less"
    )]
    Tls(DbErr),
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

/// Opens the store and brings its schema up to date, if it may.
///
/// MUST be called on a runtime that lives until the process ends, because the connections and the work on them belong to it.
///
/// # Errors
/// The store can't be reached, can't be written, or can't be migrated.
pub async fn connect(options: &StoreOptions) -> Result<Store, ConnectError> {
    match &options.url.engine {
        Engine::Sqlite(url) => {
            let connection = open_sqlite(url, options.migrates).await?;
            Ok(Repositories { connection, signal: Arc::new(Signal::new(None)) })
        }
        Engine::Postgres(address) => {
            let address = postgres::with_limits(PgConnectOptions::clone(address));
            let connection = open_postgres(&address, options).await?;
            Ok(Repositories { connection, signal: Arc::new(Signal::new(Some(address))) })
        }
    }
}

async fn open_sqlite(url: &str, migrates: bool) -> Result<Pool, ConnectError> {
    let database = sqlite::open(url, Purpose::Everything).await.map_err(ConnectError::Connect)?;
    prepare_schema(&database, migrates).await?;
    let is_in_memory = [":memory:", "mode=memory"].iter().any(|part| url.contains(part));
    let searches = if is_in_memory {
        None
    } else {
        let database = sqlite::open(url, Purpose::Searches).await.map_err(ConnectError::Connect)?;
        Some(Box::new(Pool { connections: Connections::Sqlite(database), searches: None }))
    };
    Ok(Pool { connections: Connections::Sqlite(database), searches })
}

async fn open_postgres(address: &PgConnectOptions, options: &StoreOptions) -> Result<Pool, ConnectError> {
    let pool = postgres_pool(address, Accepts::Primary, options.max_connections)?;
    // The first connection shows whether the address is right.
    drop(pool.acquire().await.map_err(name_cause)?);

    let for_migration = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
    let for_migration = for_migration.connect_with(address.clone()).await.map_err(connect_error)?;
    let prepared = prepare_schema(&for_migration.clone().into(), options.migrates).await;
    for_migration.close().await;
    prepared?;
    with_searches(pool, address, Accepts::Primary, options.max_connections)
}

/// Returns the connections to a server that is only read. Opens none.
pub(crate) fn replica_pool(url: &DatabaseUrl, max_connections: NonZeroU32) -> Result<Pool, ConnectError> {
    let Engine::Postgres(address) = &url.engine else {
        return Err(ConnectError::Connect(DbErr::Custom("SQLite has no replicas".to_owned())));
    };
    let address = postgres::with_limits(PgConnectOptions::clone(address));
    let pool = postgres_pool(&address, Accepts::Any, max_connections)?;
    with_searches(pool, &address, Accepts::Any, max_connections)
}

/// Adds connections for searches, a quarter as many.
fn with_searches(
    pool: PostgresPool,
    address: &PgConnectOptions,
    accepts: Accepts,
    max_connections: NonZeroU32,
) -> Result<Pool, ConnectError> {
    let address = postgres::for_searches(address.clone(), SEARCH_TIMEOUT);
    let few = NonZeroU32::new(max_connections.get().div_ceil(4)).unwrap_or(NonZeroU32::MIN);
    let searches = Connections::Postgres(postgres_pool(&address, accepts, few)?);
    let searches = Some(Box::new(Pool { connections: searches, searches: None }));
    Ok(Pool { connections: Connections::Postgres(pool), searches })
}

fn postgres_pool(address: &PgConnectOptions, accepts: Accepts, max: NonZeroU32) -> Result<PostgresPool, ConnectError> {
    let max = usize::try_from(max.get()).unwrap_or(usize::MAX);
    let pool = PostgresPool::new(address.clone(), accepts, max, ACQUIRE_TIMEOUT);
    pool.map_err(|error| ConnectError::Connect(DbErr::Custom(error.to_string())))
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
    let DbErr::Conn(RuntimeErr::SqlxError(cause)) = &error else { return ConnectError::Connect(error) };
    if let sqlx::Error::Configuration(cause) = cause.as_ref() {
        match cause.to_string().as_str() {
            postgres::READ_ONLY => return ConnectError::ReadOnly,
            postgres::POOLER => return ConnectError::Pooler,
            _ => {}
        }
    }
    if is_about_tls(cause) { ConnectError::Tls(error) } else { ConnectError::Connect(error) }
}

fn is_about_tls(error: &sqlx::Error) -> bool {
    // For a certificate that it refuses, sqlx passes the error of rustls on.
    matches!(error, sqlx::Error::Tls(_))
        || matches!(error, sqlx::Error::Io(cause) if cause.kind() == ErrorKind::InvalidData)
}

#[cfg(test)]
mod tests {
    use domain::account::{Email, NewUser, PasswordHash, Role, Subject, UserReader};
    use domain::book::{Author, BookDetails, NewBook, Price, StockQuantity, Title};
    use domain::{RepositoryError, Timestamp, UnitOfWorkFactory};
    use sea_orm::{ConnectionTrait, DbBackend, Statement};

    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_timestamp_micros(1_800_000_000_000_000).unwrap()
    }

    fn user(number: usize) -> NewUser {
        NewUser {
            subject: Subject::new(format!("subject{number}")),
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

    async fn add_book(store: &Store) -> Result<(), RepositoryError> {
        let unit = store.begin().await?;
        unit.books().add(&book()).await?;
        unit.commit().await
    }

    #[tokio::test]
    async fn a_full_store_is_unavailable_and_works_again_when_it_has_space() {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::parse(&format!("sqlite://{}/bookstore.db", directory.path().display())).unwrap();
        let options = StoreOptions { url, max_connections: NonZeroU32::MIN, migrates: true };
        let store = connect(&options).await.unwrap();
        // SQLite does not shrink a file to the limit, but does not let it grow either.
        store.connection.execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();

        let refused = loop {
            if let Err(error) = add_book(&store).await {
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
        let store = connect(&options).await.unwrap();
        assert!(store.find_credentials(&user(0).email).await.unwrap().is_some(), "it was not committed");
        assert_eq!(pragma(&store, "integrity_check").await, "ok");
    }
}
