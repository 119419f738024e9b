use std::num::NonZeroU32;

use async_trait::async_trait;

use super::{NewPreBooking, PreBooking, PreBookingId, PreBookingStatus};
use crate::RepositoryError;
use crate::account::UserId;

/// What [`PreBookingRepository::add`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedPreBooking {
    /// It added the pre-booking.
    Added(PreBooking),
    /// Nothing, because this pre-booking of the same user and book is waiting.
    Duplicate(PreBookingId),
    /// Nothing, because as many of the user's pre-bookings are waiting as may.
    LimitReached,
    /// Nothing, because the book, its round or the user's pre-bookings changed at the same time. Decide again.
    Outdated,
}

/// Port: writes pre-bookings. Each write is one statement on one row, so it needs no unit of work.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingRepository: Send + Sync {
    /// Adds a pre-booking, unless the book is gone, its round has ended, the user already waits for the book, or
    /// `max_waiting` of the user's pre-bookings are waiting.
    ///
    /// MUST keep to `max_waiting` even if many pre-bookings of the user are added at the same time. Other users MUST NOT wait
    /// for that. MUST compare the round and write in one statement. That statement MUST have a time limit well below
    /// [`FanOutProgress::FINAL_AFTER`](crate::delivery::FanOutProgress::FINAL_AFTER): the fan-out of a restock waits that
    /// long for placements that overlap with the restock. The store itself MUST prevent two pre-bookings of the same
    /// user, book and round that are not cancelled.
    async fn add(
        &self,
        pre_booking: &NewPreBooking,
        max_waiting: NonZeroU32,
    ) -> Result<AddedPreBooking, RepositoryError>;

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
