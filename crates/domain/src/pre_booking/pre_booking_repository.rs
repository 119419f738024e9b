use async_trait::async_trait;

use super::{NewPreBooking, PreBooking, PreBookingId, PreBookingStatus};
use crate::RepositoryError;
use crate::account::UserId;

/// Port: writes pre-bookings. Each write is one statement on one row, so it needs no unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingRepository: Send + Sync {
    /// Adds a pre-booking. Returns `None` and adds nothing if the book is gone, if its round has ended, or if the user
    /// already has a pre-booking for this book and round that is not cancelled.
    ///
    /// MUST compare the round and write in one statement. That statement MUST have a time limit well below
    /// [`FanOutProgress::FINAL_AFTER`](crate::delivery::FanOutProgress::FINAL_AFTER): the fan-out of a restock waits that
    /// long for placements that overlap with the restock. The store itself MUST prevent two pre-bookings of the same
    /// user, book and round that are not cancelled.
    async fn add(&self, pre_booking: &NewPreBooking) -> Result<Option<PreBooking>, RepositoryError>;

    /// Returns the pre-booking with this identifier if it is the user's.
    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBooking>, RepositoryError>;

    /// Writes a cancellation if the status is still `decided_on`. Returns whether it was.
    ///
    /// MUST compare and write in one statement, so that of two cancels at the same time only one is written.
    async fn save_cancelled(
        &self,
        cancelled: &PreBooking,
        decided_on: PreBookingStatus,
    ) -> Result<bool, RepositoryError>;
}
