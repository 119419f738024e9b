use async_trait::async_trait;

use super::{ClaimedDelivery, DeliveryId, DeliveryState, DeliveryStatus, FanOutProgress, Settlement};
use crate::pre_booking::PreBookingId;
use crate::{RepositoryError, Timestamp};

/// What a batch of new deliveries was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryBatch {
    /// The last pre-booking that was looked at; `None` if there was none left.
    pub last: Option<PreBookingId>,
    /// Whether as many were looked at as the batch may have, so that there may be more.
    pub is_full: bool,
}

/// What a batch of retried deliveries was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetriedBatch {
    /// How many are pending again.
    pub retried: u64,
    /// The last of them, if there may be more behind it.
    pub next: Option<DeliveryId>,
}

/// Port: writes deliveries. Several workers on several machines use it at once.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait DeliveryRepository: Send + Sync {
    /// How far the fan-out of a restock is whose turn has come, locked until the unit of work ends against every other
    /// worker; the earliest one. Final passes have their turn for restocks of `final_before` and earlier.
    ///
    /// MUST pass by those that another worker holds.
    ///
    /// # Errors
    /// The store failed.
    async fn find_for_fan_out(&self, final_before: Timestamp) -> Result<Option<FanOutProgress>, RepositoryError>;

    /// Makes a delivery for each of the next `limit` pre-bookings of the restock's round, in the order of their identifiers,
    /// unless it was not notified by this restock, or has one.
    ///
    /// # Errors
    /// The store failed.
    async fn add_batch(
        &self,
        progress: &FanOutProgress,
        limit: u32,
        now: Timestamp,
    ) -> Result<DeliveryBatch, RepositoryError>;

    /// Writes how far a fan-out is.
    ///
    /// # Errors
    /// The store failed.
    async fn save_fan_out(&self, progress: &FanOutProgress) -> Result<(), RepositoryError>;

    /// Claims up to `limit` deliveries that are due and that nobody holds a claim on, the longest due first.
    ///
    /// MUST give each to one worker alone, and MUST pass by those that another worker is claiming.
    ///
    /// # Errors
    /// The store failed.
    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, RepositoryError>;

    /// Gives claims back, so that any worker may claim those deliveries at once. Claims that have ended are left as they are.
    ///
    /// # Errors
    /// The store failed.
    async fn release(&self, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError>;

    /// Writes what was found out about a delivery, and the attempt if one was made, if the claim still is the one that it was
    /// found out under. Answers whether it is.
    ///
    /// # Errors
    /// The store failed.
    async fn save(&self, settlement: &Settlement) -> Result<bool, RepositoryError>;

    /// The state of a delivery, locked until the unit of work ends.
    ///
    /// # Errors
    /// The store failed.
    async fn find_for_retry(&self, id: DeliveryId) -> Result<Option<DeliveryState>, RepositoryError>;

    /// Makes a delivery pending, as if it had never been tried. A worker that holds a claim on it keeps it.
    ///
    /// # Errors
    /// The store failed.
    async fn save_retried(&self, id: DeliveryId, due_at: Timestamp) -> Result<(), RepositoryError>;

    /// Does so with the next `limit` deliveries of a status, in the order of their identifiers.
    ///
    /// # Errors
    /// The store failed.
    async fn retry_batch(
        &self,
        status: DeliveryStatus,
        after: Option<DeliveryId>,
        limit: u32,
        due_at: Timestamp,
    ) -> Result<RetriedBatch, RepositoryError>;
}
