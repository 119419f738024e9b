use async_trait::async_trait;

use super::{BookPreBookingQuery, PreBooking, PreBookingId, PreBookingQuery};
use crate::RepositoryError;
use crate::account::{Email, UserId};
use crate::book::{Author, BookId, Title};
use crate::delivery::DeliverySummary;

/// A pre-booking beside what its user wants to know of its book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookedBook {
    /// The pre-booking.
    pub pre_booking: PreBooking,
    /// The title of its book.
    pub title: Title,
    /// The author of its book.
    pub author: Author,
    /// How far the message about it is; `None` unless it was notified.
    pub delivery: Option<DeliverySummary>,
}

/// A pre-booking beside what an admin wants to know of its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookingOfUser {
    /// The pre-booking.
    pub pre_booking: PreBooking,
    /// The address of its user.
    pub email: Email,
    /// How far the message about it is; `None` unless it was notified.
    pub delivery: Option<DeliverySummary>,
}

/// Port: reads pre-bookings, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingReader: Send + Sync {
    /// A user's pre-booking with this identifier. Another user's does not exist.
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

    /// Everybody's pre-bookings of a book, the latest round first and in it the highest identifier: the first `limit` that match,
    /// and one more if there is one.
    ///
    /// # Errors
    /// The store failed.
    async fn list_of_book(
        &self,
        book_id: BookId,
        query: &BookPreBookingQuery,
    ) -> Result<Vec<PreBookingOfUser>, RepositoryError>;
}
