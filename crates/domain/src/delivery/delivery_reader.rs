use async_trait::async_trait;

use super::{Attempt, Delivery, DeliveryId, DeliveryQuery, Prospect, RestockQuery};
use crate::book::{BookId, RestockId, StockQuantity, Title};
use crate::{RepositoryError, Timestamp};

/// The number of a restock's deliveries in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// Waiting to be sent, or not yet created.
    pub pending: u64,
    /// Accepted by the mail server.
    pub delivered: u64,
    /// Given up.
    pub failed: u64,
    /// Not sent, because the pre-booking was cancelled or the account deactivated.
    pub skipped: u64,
}

/// A restock and the progress of its deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestockReport {
    /// Identifies the restock.
    pub id: RestockId,
    /// The book that was restocked.
    pub book_id: BookId,
    /// The title of the book.
    pub title: Title,
    /// The number of copies after the restock.
    pub quantity: StockQuantity,
    /// When the stock changed.
    pub restocked_at: Timestamp,
    /// The number of pre-bookings that the restock notified.
    pub notified: u64,
    /// The states of their deliveries, which add up to `notified`.
    pub deliveries: DeliveryCounts,
}

/// Port: reads deliveries, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait DeliveryReader: Send + Sync {
    /// Returns the letter of a delivery and what decides whether to send it, both as they are now.
    async fn find_prospect(&self, id: DeliveryId) -> Result<Option<Prospect>, RepositoryError>;

    /// Returns the delivery with this identifier.
    async fn find(&self, id: DeliveryId) -> Result<Option<Delivery>, RepositoryError>;

    /// Returns all attempts at a delivery, oldest first.
    async fn list_attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, RepositoryError>;

    /// Returns the first `limit + 1` of the deliveries that match, the highest identifier first.
    async fn list(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>, RepositoryError>;

    /// Returns the first `limit + 1` of the restocks that match, the highest identifier first.
    async fn list_restocks(&self, query: &RestockQuery) -> Result<Vec<RestockReport>, RepositoryError>;
}
