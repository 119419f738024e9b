use async_trait::async_trait;

use super::{PreBooking, PreBookingId, PreBookingQuery};
use crate::RepositoryError;
use crate::account::UserId;
use crate::book::{Author, Title};

/// A pre-booking beside what its user wants to know of its book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookedBook {
    /// The pre-booking.
    pub pre_booking: PreBooking,
    /// The title of its book.
    pub title: Title,
    /// The author of its book.
    pub author: Author,
}

/// Port: reads pre-bookings, outside any transaction. Another user's pre-booking does not exist for it.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingReader: Send + Sync {
    /// A user's pre-booking with this identifier.
    ///
    /// # Errors
    /// The store failed.
    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBookedBook>, RepositoryError>;

    /// A user's pre-bookings, newest first, the highest identifier first among those of one moment: the first `limit`
    /// that match, and one more if there is one.
    ///
    /// # Errors
    /// The store failed.
    async fn list(&self, user_id: UserId, query: &PreBookingQuery) -> Result<Vec<PreBookedBook>, RepositoryError>;
}
