use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

use crate::postgres::{PoolUsage, PostgresPool};
use crate::transaction::Transaction;

/// How long to wait for a connection.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a search may take.
pub(crate) const SEARCH_TIMEOUT: Duration = Duration::from_secs(3);

/// The connections to the store. Each statement runs on any of them.
#[derive(Debug)]
pub struct Pool {
    pub(crate) connections: Connections,
    /// The pool of [`for_searches`](Self::for_searches), if it is another one.
    pub(crate) searches: Option<Box<Pool>>,
}

#[derive(Debug)]
pub(crate) enum Connections {
    /// To PostgreSQL.
    Postgres(PostgresPool),
    /// To an SQLite file.
    Sqlite(DatabaseConnection),
}

impl Pool {
    /// Returns a few connections with a shorter time limit, for statements that may read a whole table: so they take neither the
    /// connections nor the cores of everyone else. An in-memory SQLite database has only one connection.
    pub(crate) fn for_searches(&self) -> &Self {
        self.searches.as_deref().unwrap_or(self)
    }

    /// Replaces all connections to PostgreSQL: idle ones now, and those in use when they return.
    pub(crate) fn replace_all(&self) {
        for pool in [self, self.for_searches()] {
            if let Connections::Postgres(connections) = &pool.connections {
                connections.replace_all();
            }
        }
    }

    /// Returns the usage of the connections, if they are to PostgreSQL.
    pub(crate) fn usage(&self) -> Option<PoolUsage> {
        match &self.connections {
            Connections::Postgres(pool) => Some(pool.usage()),
            Connections::Sqlite(_) => None,
        }
    }

    /// Begins a transaction, which has a connection for itself.
    pub(crate) async fn begin(&self) -> Result<Transaction, DbErr> {
        match &self.connections {
            Connections::Postgres(pool) => {
                let mut lease = pool.acquire().await?;
                lease.begin().await?;
                Ok(Transaction::Postgres(lease.into()))
            }
            Connections::Sqlite(database) => {
                // Take SQLite's only write lock at once: a transaction that has read could not get it later.
                let sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate);
                let options = TransactionOptions { sqlite_transaction_mode, ..TransactionOptions::default() };
                Ok(Transaction::Sqlite(database.begin_with_options(options).await?))
            }
        }
    }

    pub(crate) async fn close(&self) {
        for pool in [self.for_searches(), self] {
            match &pool.connections {
                Connections::Postgres(pool) => pool.close(),
                // Only an in-memory mock can fail to close.
                Connections::Sqlite(database) => drop(database.close_by_ref().await),
            }
        }
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        match &self.connections {
            Connections::Postgres(_) => DbBackend::Postgres,
            Connections::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.connections {
            Connections::Postgres(pool) => Ok(pool.acquire().await?.execute(&statement).await?.into()),
            Connections::Sqlite(database) => database.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.connections {
            Connections::Postgres(_) => self.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await,
            Connections::Sqlite(database) => database.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.connections {
            Connections::Postgres(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
            Connections::Sqlite(database) => database.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.connections {
            Connections::Postgres(pool) => {
                let rows = pool.acquire().await?.fetch(&statement).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
            Connections::Sqlite(database) => database.query_all_raw(statement).await,
        }
    }
}
