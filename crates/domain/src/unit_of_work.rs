use async_trait::async_trait;

use crate::RepositoryError;
use crate::account::{RefreshTokenRepository, UserRepository};
use crate::book::BookRepository;
use crate::delivery::DeliveryRepository;

/// Port: the writes of one transaction, which happen together or not at all.
///
/// While a unit of work is open nothing outside of it is awaited and no reader is asked: it holds a connection and maybe
/// locks, and a second connection would deadlock a full pool. Whoever drops it undoes it.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// The books, within this transaction.
    fn books(&self) -> &dyn BookRepository;

    /// The accounts, within this transaction.
    fn users(&self) -> &dyn UserRepository;

    /// The refresh tokens, within this transaction.
    fn refresh_tokens(&self) -> &dyn RefreshTokenRepository;

    /// The deliveries, within this transaction.
    fn deliveries(&self) -> &dyn DeliveryRepository;

    /// Makes all of it lasting, and visible to everybody at once. The last line of a use case.
    ///
    /// # Errors
    /// Nothing of it happened, as far as the store could say.
    async fn commit(self: Box<Self>) -> Result<(), RepositoryError>;
}

/// Port: opens units of work.
#[async_trait]
pub trait UnitOfWorkFactory: Send + Sync {
    /// Opens a unit of work.
    ///
    /// MUST run at READ COMMITTED: every statement sees what was committed before it started, so that a statement after a
    /// lock sees what the lock protects.
    ///
    /// # Errors
    /// The store is unavailable.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError>;
}
