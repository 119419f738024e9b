use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Mutex;

use crate::postgres::Lease;

/// An open transaction. It rolls back if it is dropped without a commit.
#[derive(Debug)]
pub(crate) enum Transaction {
    /// On a connection to PostgreSQL, which serves one statement at a time.
    Postgres(Mutex<Lease>),
    /// On the connection to an SQLite file.
    Sqlite(DatabaseTransaction),
}

impl Transaction {
    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::Postgres(lease) => lease.into_inner().commit().await,
            Self::Sqlite(transaction) => transaction.commit().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(lease) => Ok(lease.lock().await.execute(&statement).await?.into()),
            Self::Sqlite(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(_) => self.execute_raw(Statement::from_string(DbBackend::Postgres, sql)).await,
            Self::Sqlite(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Postgres(_) => Ok(self.query_all_raw(statement).await?.into_iter().next()),
            Self::Sqlite(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Postgres(lease) => {
                let rows = lease.lock().await.fetch(&statement).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
            Self::Sqlite(transaction) => transaction.query_all_raw(statement).await,
        }
    }
}
