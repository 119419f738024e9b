use async_trait::async_trait;

use super::{Attempt, Delivery, DeliveryId, DeliveryQuery, Prospect, RestockQuery};
use crate::book::{BookId, RestockId, StockQuantity, Title};
use crate::{RepositoryError, Timestamp};

/// How many deliveries of a restock are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// To be sent, or about to be made.
    pub pending: u64,
    /// Taken by the mail server.
    pub delivered: u64,
    /// Given up.
    pub failed: u64,
    /// Not to be sent any more.
    pub skipped: u64,
}

/// A restock, and how far its notifications have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestockReport {
    /// Its identifier.
    pub id: RestockId,
    /// The book that came back.
    pub book_id: BookId,
    /// Its title.
    pub title: Title,
    /// How many copies came.
    pub quantity: StockQuantity,
    /// When it happened.
    pub restocked_at: Timestamp,
    /// How many pre-bookings it notified.
    pub notified: u64,
    /// Where their deliveries stand. They add up to `notified`.
    pub deliveries: DeliveryCounts,
}

/// Port: reads deliveries, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait DeliveryReader: Send + Sync {
    /// What a delivery would tell its user, and what decides whether it is told, both as they are now.
    ///
    /// # Errors
    /// The store failed.
    async fn find_prospect(&self, id: DeliveryId) -> Result<Option<Prospect>, RepositoryError>;

    /// The delivery with this identifier.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, id: DeliveryId) -> Result<Option<Delivery>, RepositoryError>;

    /// All attempts at a delivery, oldest first.
    ///
    /// # Errors
    /// The store failed.
    async fn list_attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, RepositoryError>;

    /// The deliveries that match, the highest identifier first: `limit` of them, and one more if there is one.
    ///
    /// # Errors
    /// The store failed.
    async fn list(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>, RepositoryError>;

    /// The restocks that match, the highest identifier first: `limit` of them, and one more if there is one.
    ///
    /// # Errors
    /// The store failed.
    async fn list_restocks(&self, query: &RestockQuery) -> Result<Vec<RestockReport>, RepositoryError>;
}
