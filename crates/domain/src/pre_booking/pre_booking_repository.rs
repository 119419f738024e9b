use async_trait::async_trait;

use super::{NewPreBooking, PreBooking, PreBookingId, StatusKind};
use crate::RepositoryError;
use crate::account::UserId;

/// Port: writes pre-bookings. Each of its writes is one row and correct by itself, so it needs no transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingRepository: Send + Sync {
    /// Adds a pre-booking. `None` if it was decided on a book that is no more, or in a round that has ended, or if the user has
    /// one of that book and round that is not cancelled; then nothing is added.
    ///
    /// MUST compare the round and write in one statement, of bounded duration: whoever delivers a restock's notifications
    /// waits so long for a pre-booking of its round that overlapped with it, and no longer.
    /// The store itself MUST refuse a second one of the same user, book and round while the first is not cancelled.
    ///
    /// # Errors
    /// The store failed.
    async fn add(&self, pre_booking: &NewPreBooking) -> Result<Option<PreBooking>, RepositoryError>;

    /// A user's pre-booking with this identifier. Another user's does not exist.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBooking>, RepositoryError>;

    /// Records that a pre-booking was cancelled, if its status still is the one that the cancel was decided on.
    /// Answers whether it was.
    ///
    /// MUST compare and write in one statement: of two concurrent cancels one is recorded.
    ///
    /// # Errors
    /// The store failed.
    async fn save_cancelled(&self, cancelled: &PreBooking, decided_on: StatusKind) -> Result<bool, RepositoryError>;
}
