use super::{PreBookingId, StatusKind};
use crate::book::Round;
use crate::{PageSize, Timestamp};

/// A place in a list of pre-bookings, newest first: just behind this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreBookingPosition {
    /// When it was placed.
    pub created_at: Timestamp,
    /// Its identifier, which breaks ties.
    pub id: PreBookingId,
}

/// Which of a user's pre-bookings are asked for, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreBookingQuery {
    /// Only those of this status.
    pub status: Option<StatusKind>,
    /// Only those behind this place.
    pub after: Option<PreBookingPosition>,
    /// At most this many.
    pub limit: PageSize<500>,
}

/// Which of a book's pre-bookings are asked for, the latest round first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookPreBookingQuery {
    /// Only those of this status.
    pub status: Option<StatusKind>,
    /// Only those behind this one.
    pub after: Option<(Round, PreBookingId)>,
    /// At most this many.
    pub limit: PageSize<500>,
}
