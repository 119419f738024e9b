use crate::Timestamp;
use crate::account::{Email, UserId};
use crate::book::{BookId, RestockId, Title};
use crate::id::define_id;
use crate::pre_booking::PreBookingId;

define_id! {
    /// Identifies a delivery.
    DeliveryId
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Waiting to be sent.
    Pending {
        /// When to send it, or later.
        due_at: Timestamp,
    },
    /// Accepted by the mail server.
    Delivered {
        /// When the mail server accepted it.
        at: Timestamp,
    },
    /// Given up: the mail server refused it, or deferred it too often.
    Failed,
    /// Not sent, for a [`SkipReason`](super::SkipReason).
    Skipped,
}

/// A delivered e-mail can't be sent again, so that nobody is told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the e-mail is already delivered")]
pub struct AlreadyDelivered;

impl DeliveryState {
    /// Returns the state without its times.
    #[must_use]
    pub fn status(&self) -> DeliveryStatus {
        match self {
            Self::Pending { .. } => DeliveryStatus::Pending,
            Self::Delivered { .. } => DeliveryStatus::Delivered,
            Self::Failed => DeliveryStatus::Failed,
            Self::Skipped => DeliveryStatus::Skipped,
        }
    }

    /// Returns when the mail server accepted the e-mail.
    #[must_use]
    pub fn delivered_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Delivered { at } => Some(at),
            Self::Pending { .. } | Self::Failed | Self::Skipped => None,
        }
    }
}

/// A [`DeliveryState`] without its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// Waiting to be sent.
    Pending,
    /// Accepted by the mail server.
    Delivered,
    /// Given up: the mail server refused it, or deferred it too often.
    Failed,
    /// Not sent, for a [`SkipReason`](super::SkipReason).
    Skipped,
}

impl DeliveryStatus {
    /// All statuses.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Skipped];

    /// Checks that a delivery with this status can be sent again, whatever its state was before.
    pub fn require_retryable(self) -> Result<(), AlreadyDelivered> {
        match self {
            Self::Pending | Self::Failed | Self::Skipped => Ok(()),
            Self::Delivered => Err(AlreadyDelivered),
        }
    }

    /// Returns the name that the API and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// The e-mail that tells one user that one book is back in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identifies the delivery.
    pub id: DeliveryId,
    /// The pre-booking that was notified. It has no other delivery.
    pub pre_booking_id: PreBookingId,
    /// The restock that notified the pre-booking.
    pub restock_id: RestockId,
    /// The book that was restocked.
    pub book_id: BookId,
    /// The title of the book.
    pub title: Title,
    /// The user to tell.
    pub user_id: UserId,
    /// The address of the user.
    pub email: Email,
    /// The current state, with its times.
    pub state: DeliveryState,
    /// The number of attempts since the delivery was created, or since an admin last retried it.
    pub attempts: u32,
    /// Why the e-mail is not delivered, or not yet: the reply of the mail server, or why it was skipped.
    pub reason: Option<String>,
    /// When the delivery was created.
    pub created_at: Timestamp,
}

/// A delivery as the user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliverySummary {
    /// The current status.
    pub status: DeliveryStatus,
    /// When the mail server accepted the e-mail.
    pub delivered_at: Option<Timestamp>,
}

impl DeliverySummary {
    /// The delivery of a pre-booking that was just notified. It is not in the store yet.
    pub const IMMINENT: Self = Self { status: DeliveryStatus::Pending, delivered_at: None };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn only_a_delivered_one_has_a_time_and_can_not_be_retried() {
        for (state, status, delivered_at, retryable) in [
            (DeliveryState::Pending { due_at: at(90) }, "pending", None, Ok(())),
            (DeliveryState::Failed, "failed", None, Ok(())),
            (DeliveryState::Skipped, "skipped", None, Ok(())),
            (DeliveryState::Delivered { at: at(20) }, "delivered", Some(at(20)), Err(AlreadyDelivered)),
        ] {
            assert_eq!(state.status().as_str(), status);
            assert_eq!(state.delivered_at(), delivered_at, "{status}");
            assert_eq!(state.status().require_retryable(), retryable, "{status}");
        }
    }
}
