use async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionOptions, TransactionTrait,
};

use crate::kept_connections::KeptConnections;

/// The connections to the store: `SeaORM`'s own pool, and for single statements on PostgreSQL those that are kept.
#[derive(Debug)]
pub struct Pool {
    database: DatabaseConnection,
    kept: Option<KeptConnections>,
}

impl Pool {
    pub(crate) fn new(database: DatabaseConnection, kept: Option<KeptConnections>) -> Self {
        Self { database, kept }
    }

    pub(crate) fn database(&self) -> &DatabaseConnection {
        &self.database
    }

    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
        self.database.begin_with_options(options).await
    }

    pub(crate) async fn close(&self) {
        if let Some(kept) = &self.kept {
            kept.close();
        }
        // Only an in-memory mock can fail to close.
        let _ = self.database.close_by_ref().await;
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.database.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.kept {
            Some(kept) => Ok(kept.execute(&statement).await?.into()),
            None => self.database.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.database.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => Ok(kept.fetch(&statement).await?.into_iter().next().map(QueryResult::from)),
            None => self.database.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.kept {
            Some(kept) => Ok(kept.fetch(&statement).await?.into_iter().map(QueryResult::from).collect()),
            None => self.database.query_all_raw(statement).await,
        }
    }
}
