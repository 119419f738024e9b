use async_trait::async_trait;

use super::{ClaimedDelivery, DeliveryBatch, DeliveryId, DeliveryState, DeliveryStatus, FanOutProgress, Settlement};
use crate::{RepositoryError, Timestamp};

/// The outcome of [`DeliveryRepository::retry_batch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetriedBatch {
    /// The number of deliveries that are pending again.
    pub retried: u64,
    /// The delivery to continue after; `None` if there are no more.
    pub next: Option<DeliveryId>,
}

/// Port: writes deliveries, within a unit of work. Workers on several machines use it at the same time.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait DeliveryRepository: Send + Sync {
    /// Locks and returns the earliest fan-out that is due. Until the unit of work ends, no other worker can lock it.
    ///
    /// First walks are due at once; final walks are due if the first one ended at `final_before` or earlier. MUST skip
    /// fan-outs that another worker has locked.
    async fn find_for_fan_out(&self, final_before: Timestamp) -> Result<Option<FanOutProgress>, RepositoryError>;

    /// Reads the next `limit` pre-bookings of the restock's round, in the order of their identifiers. Adds a delivery for
    /// each one that the restock notified and that has no delivery.
    async fn add_batch(
        &self,
        progress: &FanOutProgress,
        limit: u32,
        now: Timestamp,
    ) -> Result<DeliveryBatch, RepositoryError>;

    /// Writes the progress of a fan-out.
    async fn save_fan_out(&self, progress: &FanOutProgress) -> Result<(), RepositoryError>;

    /// Claims up to `limit` deliveries that are due and not claimed, the longest due first.
    ///
    /// MUST NOT let two workers claim the same delivery, and MUST skip those that another worker is claiming.
    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, RepositoryError>;

    /// Releases claims, so that any worker may claim the deliveries at once. MUST ignore claims that were released or
    /// replaced by another worker's, and deliveries that are not pending.
    async fn release(&self, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError>;

    /// Locks a claimed delivery until the unit of work ends, and returns the number of attempts at it. Returns `None` if
    /// the claim was released or replaced by another worker's, or if the delivery is not pending.
    async fn find_for_settlement(&self, claim: &ClaimedDelivery) -> Result<Option<u32>, RepositoryError>;

    /// Writes the settlement of a delivery, including its attempt, and releases the claim.
    async fn save(&self, id: DeliveryId, settlement: &Settlement) -> Result<(), RepositoryError>;

    /// Locks a delivery until the unit of work ends, and returns its state.
    async fn find_for_retry(&self, id: DeliveryId) -> Result<Option<DeliveryState>, RepositoryError>;

    /// Makes a delivery pending, with no attempts. If a worker has claimed it, the claim stays.
    async fn save_retried(&self, id: DeliveryId, due_at: Timestamp) -> Result<(), RepositoryError>;

    /// Does the same for the next `limit` deliveries with a status, in the order of their identifiers.
    ///
    /// MUST leave skipped deliveries alone unless their reason is one of
    /// [`SkipReason::TEMPORARY`](super::SkipReason::TEMPORARY). Operators skip deliveries too, for other reasons.
    async fn retry_batch(
        &self,
        status: DeliveryStatus,
        after: Option<DeliveryId>,
        limit: u32,
        due_at: Timestamp,
    ) -> Result<RetriedBatch, RepositoryError>;
}
