use async_trait::async_trait;

use super::{BookPreBookingQuery, PreBooking, PreBookingId, PreBookingQuery};
use crate::RepositoryError;
use crate::account::{Email, UserId};
use crate::book::{Author, BookId, Title};
use crate::delivery::DeliverySummary;

/// A pre-booking as its user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookedBook {
    /// The pre-booking itself.
    pub pre_booking: PreBooking,
    /// The title of the book.
    pub title: Title,
    /// The author of the book.
    pub author: Author,
    /// The delivery of the notification; `None` unless the pre-booking was notified.
    pub delivery: Option<DeliverySummary>,
}

/// A pre-booking as admins see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookingOfUser {
    /// The pre-booking itself.
    pub pre_booking: PreBooking,
    /// The address of the user.
    pub email: Email,
    /// The delivery of the notification; `None` unless the pre-booking was notified.
    pub delivery: Option<DeliverySummary>,
}

/// Port: reads pre-bookings, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PreBookingReader: Send + Sync {
    /// Returns the pre-booking with this identifier if it is the user's.
    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBookedBook>, RepositoryError>;

    /// Returns the first `limit + 1` of a user's pre-bookings that match, newest first. Of pre-bookings with the same
    /// time, the one with the highest identifier comes first.
    async fn list(&self, user_id: UserId, query: &PreBookingQuery) -> Result<Vec<PreBookedBook>, RepositoryError>;

    /// Returns the first `limit + 1` of all users' pre-bookings of a book that match, the latest round first. Within a
    /// round, the one with the highest identifier comes first.
    async fn list_of_book(
        &self,
        book_id: BookId,
        query: &BookPreBookingQuery,
    ) -> Result<Vec<PreBookingOfUser>, RepositoryError>;
}
