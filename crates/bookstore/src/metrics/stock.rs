use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use domain::account::{LinkRepository, PersonalDataRepository, SessionRepository, UserRepository};
use domain::account_mail::AccountMailRepository;
use domain::audit::AuditRepository;
use domain::book::{Book, BookId, BookRepository, Restock, StockRepository};
use domain::delivery::DeliveryRepository;
use domain::{LeftoverRepository, RepositoryError, UnitOfWork, UnitOfWorkFactory};

use super::instruments::Instruments;

/// Counts the restocks that are committed.
pub(crate) struct MeteredUnits {
    pub(crate) units: Arc<dyn UnitOfWorkFactory>,
    pub(crate) instruments: Arc<Instruments>,
}

#[async_trait]
impl UnitOfWorkFactory for MeteredUnits {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        let (unit, instruments) = (self.units.begin().await?, Arc::clone(&self.instruments));
        Ok(Box::new(MeteredUnit { unit, instruments, restocks: AtomicU64::new(0) }))
    }
}

/// A unit of work whose stock it wraps itself, to see the restocks.
struct MeteredUnit {
    unit: Box<dyn UnitOfWork>,
    instruments: Arc<Instruments>,
    restocks: AtomicU64,
}

#[async_trait]
impl UnitOfWork for MeteredUnit {
    fn books(&self) -> &dyn BookRepository {
        self.unit.books()
    }

    fn stock(&self) -> &dyn StockRepository {
        self
    }

    fn users(&self) -> &dyn UserRepository {
        self.unit.users()
    }

    fn sessions(&self) -> &dyn SessionRepository {
        self.unit.sessions()
    }

    fn links(&self) -> &dyn LinkRepository {
        self.unit.links()
    }

    fn account_mails(&self) -> &dyn AccountMailRepository {
        self.unit.account_mails()
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        self.unit.deliveries()
    }

    fn leftovers(&self) -> &dyn LeftoverRepository {
        self.unit.leftovers()
    }

    fn personal_data(&self) -> &dyn PersonalDataRepository {
        self.unit.personal_data()
    }

    fn audit(&self) -> &dyn AuditRepository {
        self.unit.audit()
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        let Self { unit, instruments, restocks } = *self;
        unit.commit().await?;
        instruments.restocks.inc_by(restocks.into_inner());
        Ok(())
    }
}

#[async_trait]
impl StockRepository for MeteredUnit {
    async fn find_for_stock_change(&self, id: BookId) -> Result<Option<Book>, RepositoryError> {
        self.unit.stock().find_for_stock_change(id).await
    }

    async fn save(&self, book: &Book) -> Result<(), RepositoryError> {
        self.unit.stock().save(book).await
    }

    async fn add_restock(&self, restock: &Restock) -> Result<(), RepositoryError> {
        self.unit.stock().add_restock(restock).await?;
        self.restocks.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
