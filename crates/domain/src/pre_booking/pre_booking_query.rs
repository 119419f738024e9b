use super::{PreBookingId, PreBookingStatus};
use crate::book::Round;
use crate::{PageSize, Timestamp};

/// A position in a user's list of pre-bookings: after the pre-booking with this time and identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreBookingPosition {
    /// When the pre-booking was placed.
    pub created_at: Timestamp,
    /// Breaks ties.
    pub id: PreBookingId,
}

/// A query for a user's pre-bookings, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreBookingQuery {
    /// Only pre-bookings with this status.
    pub status: Option<PreBookingStatus>,
    /// Only pre-bookings after this position.
    pub after: Option<PreBookingPosition>,
    /// The most pre-bookings to return.
    pub limit: PageSize<500>,
}

/// A query for a book's pre-bookings, the latest round first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookPreBookingQuery {
    /// Only pre-bookings with this status.
    pub status: Option<PreBookingStatus>,
    /// Only pre-bookings after this one.
    pub after: Option<(Round, PreBookingId)>,
    /// The most pre-bookings to return.
    pub limit: PageSize<500>,
}
