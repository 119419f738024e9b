//! What operators do with the store: bring its schema up or down, and check its rows.

mod inspection;
mod invariants;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::connection::{ConnectError, connect_error};
use crate::database_url::{DatabaseUrl, Engine};
use crate::pool::ACQUIRE_TIMEOUT;
use crate::postgres;
use crate::sqlite::{self, Purpose};

pub use inspection::Finding;
pub use migration::Step;

/// One connection to the store, without the time limits of requests. It does not change the schema unless it is told to.
#[derive(Debug)]
pub struct Maintenance(DatabaseConnection);

impl Maintenance {
    /// Connects to a store.
    ///
    /// # Errors
    /// The store can't be reached or can't be written.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let options = match &url.engine {
            Engine::Sqlite(url) => {
                return sqlite::open(url, Purpose::Everything).await.map(Self).map_err(ConnectError::Connect);
            }
            Engine::Postgres(address) => postgres::with_limits(PgConnectOptions::clone(address)),
        };
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIMEOUT);
        let connection: DatabaseConnection = pool.connect_with(options).await.map_err(connect_error)?.into();
        let unlimited = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";
        connection.execute_unprepared(unlimited).await.map_err(ConnectError::Connect)?;
        Ok(Self(connection))
    }

    /// Returns the steps of the schema, oldest first, and whether each was applied.
    pub async fn schema(&self) -> Result<Vec<Step>, DbErr> {
        migration::steps(&self.0).await
    }

    /// Returns whether the schema is exactly the one of this program.
    pub async fn has_current_schema(&self) -> Result<bool, DbErr> {
        migration::is_current(&self.0).await
    }

    /// Brings the schema up to date, completely or not at all.
    pub async fn migrate(&self) -> Result<(), DbErr> {
        migration::migrate(&self.0).await
    }

    /// Undoes this many steps of the schema, the newest first, completely or not at all. What only they stored is lost.
    pub async fn undo(&self, steps: u32) -> Result<(), DbErr> {
        migration::undo(&self.0, steps).await
    }

    /// Closes the connection.
    pub async fn close(self) {
        if let Err(error) = self.0.close().await {
            tracing::debug!(%error, "the connection was not closed");
        }
    }
}
