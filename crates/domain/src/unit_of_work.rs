use async_trait::async_trait;

use crate::account::{LinkRepository, PersonalDataRepository, SessionRepository, UserRepository};
use crate::account_mail::AccountMailRepository;
use crate::audit::AuditRepository;
use crate::book::{BookRepository, StockRepository};
use crate::delivery::DeliveryRepository;
use crate::{LeftoverRepository, RepositoryError};

/// Port: one transaction. Its writes happen together or not at all; dropping it without a commit rolls back.
///
/// A unit of work holds a connection and maybe locks. While it is open, callers MUST NOT await anything else, readers
/// included: with every connection of the pool in use, waiting for a second one would be a deadlock.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Writes the catalog within this transaction.
    fn books(&self) -> &dyn BookRepository;

    /// Writes the stock of books within this transaction.
    fn stock(&self) -> &dyn StockRepository;

    /// Writes accounts within this transaction.
    fn users(&self) -> &dyn UserRepository;

    /// Writes sessions and their refresh tokens within this transaction.
    fn sessions(&self) -> &dyn SessionRepository;

    /// Writes mailed links within this transaction.
    fn links(&self) -> &dyn LinkRepository;

    /// Writes account mails within this transaction.
    fn account_mails(&self) -> &dyn AccountMailRepository;

    /// Writes deliveries within this transaction.
    fn deliveries(&self) -> &dyn DeliveryRepository;

    /// Deletes leftovers within this transaction.
    fn leftovers(&self) -> &dyn LeftoverRepository;

    /// Ends what is under way for a user within this transaction.
    fn personal_data(&self) -> &dyn PersonalDataRepository;

    /// Records changes within this transaction.
    fn audit(&self) -> &dyn AuditRepository;

    /// Commits the transaction. Its writes become visible to everybody at the same moment.
    ///
    /// # Errors
    /// [`RepositoryError::OutcomeUnknown`] if the connection was lost: either all writes happened or none. After any other
    /// error, none happened.
    async fn commit(self: Box<Self>) -> Result<(), RepositoryError>;
}

/// Port: begins transactions.
#[async_trait]
pub trait UnitOfWorkFactory: Send + Sync {
    /// Begins a transaction.
    ///
    /// MUST run at READ COMMITTED. Each statement then sees everything that was committed before it started, so that
    /// the statement after a lock sees what the lock protects.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError>;
}
