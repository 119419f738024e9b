use std::sync::Arc;

use async_trait::async_trait;
use domain::account::{LinkRepository, PersonalDataRepository, SessionRepository, UserRepository};
use domain::account_mail::AccountMailRepository;
use domain::audit::AuditRepository;
use domain::book::{BookRepository, StockRepository};
use domain::delivery::DeliveryRepository;
use domain::{LeftoverRepository, RepositoryError, UnitOfWork, UnitOfWorkFactory};

use crate::error::repository_error;
use crate::transaction::Transaction;
use crate::{Repositories, Store};

#[async_trait]
impl UnitOfWorkFactory for Store {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        let transaction = self.connection.begin().await.map_err(repository_error)?;
        Ok(Box::new(Repositories { connection: transaction, signal: Arc::clone(&self.signal) }))
    }
}

#[async_trait]
impl UnitOfWork for Repositories<Transaction> {
    fn books(&self) -> &dyn BookRepository {
        self
    }

    fn stock(&self) -> &dyn StockRepository {
        self
    }

    fn users(&self) -> &dyn UserRepository {
        self
    }

    fn sessions(&self) -> &dyn SessionRepository {
        self
    }

    fn links(&self) -> &dyn LinkRepository {
        self
    }

    fn account_mails(&self) -> &dyn AccountMailRepository {
        self
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        self
    }

    fn leftovers(&self) -> &dyn LeftoverRepository {
        self
    }

    fn personal_data(&self) -> &dyn PersonalDataRepository {
        self
    }

    fn audit(&self) -> &dyn AuditRepository {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        self.connection.commit().await.map_err(repository_error)
    }
}
