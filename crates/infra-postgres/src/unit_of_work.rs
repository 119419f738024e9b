use std::sync::Arc;

use async_trait::async_trait;
use domain::account::{RefreshTokenRepository, UserRepository};
use domain::book::BookRepository;
use domain::delivery::DeliveryRepository;
use domain::{RepositoryError, UnitOfWork, UnitOfWorkFactory};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions};

use crate::error::repository_error;
use crate::{Repositories, Store};

#[async_trait]
impl UnitOfWorkFactory for Store {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        let is_sqlite = self.connection.get_database_backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            // SQLite takes its one write lock at once: a transaction that reads first could not get it later.
            sqlite_transaction_mode: is_sqlite.then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection.begin(options).await.map_err(repository_error)?;
        Ok(Box::new(Repositories { connection: transaction, signal: Arc::clone(&self.signal) }))
    }
}

#[async_trait]
impl UnitOfWork for Repositories<DatabaseTransaction> {
    fn books(&self) -> &dyn BookRepository {
        self
    }

    fn users(&self) -> &dyn UserRepository {
        self
    }

    fn refresh_tokens(&self) -> &dyn RefreshTokenRepository {
        self
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        self.connection.commit().await.map_err(repository_error)
    }
}
