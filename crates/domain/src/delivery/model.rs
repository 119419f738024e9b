use crate::Timestamp;
use crate::account::{Email, UserId};
use crate::book::{BookId, RestockId, Title};
use crate::id::define_id;
use crate::pre_booking::PreBookingId;

define_id! {
    /// Identifies a delivery.
    DeliveryId
}

/// Where the delivery of a notification stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is to be sent.
    Pending {
        /// Not before this moment.
        due_at: Timestamp,
    },
    /// The mail server took it.
    Delivered {
        /// When it did.
        at: Timestamp,
    },
    /// It is given up: the mail server refused it, or put it off too often.
    Failed,
    /// It was not to be sent any more when its turn came.
    Skipped,
}

/// Nobody is told twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the notification is delivered already")]
pub struct AlreadyDelivered;

impl DeliveryState {
    /// The state without its times.
    #[must_use]
    pub fn status(&self) -> DeliveryStatus {
        match self {
            Self::Pending { .. } => DeliveryStatus::Pending,
            Self::Delivered { .. } => DeliveryStatus::Delivered,
            Self::Failed => DeliveryStatus::Failed,
            Self::Skipped => DeliveryStatus::Skipped,
        }
    }

    /// When the mail server took it, if it did.
    #[must_use]
    pub fn delivered_at(&self) -> Option<Timestamp> {
        match *self {
            Self::Delivered { at } => Some(at),
            Self::Pending { .. } | Self::Failed | Self::Skipped => None,
        }
    }

    /// Has it sent now, whatever became of it until now.
    ///
    /// # Errors
    /// It is delivered already.
    pub fn retry(self, now: Timestamp) -> Result<Self, AlreadyDelivered> {
        match self {
            Self::Pending { .. } | Self::Failed | Self::Skipped => Ok(Self::Pending { due_at: now }),
            Self::Delivered { .. } => Err(AlreadyDelivered),
        }
    }
}

/// The name of a delivery's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// See [`DeliveryState::Pending`].
    Pending,
    /// See [`DeliveryState::Delivered`].
    Delivered,
    /// See [`DeliveryState::Failed`].
    Failed,
    /// See [`DeliveryState::Skipped`].
    Skipped,
}

impl DeliveryStatus {
    /// Every status there is.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Skipped];

    /// The name as users and the store know it.
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

/// The message that tells one user that one book is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: DeliveryId,
    /// The pre-booking that was notified. It has no other delivery.
    pub pre_booking_id: PreBookingId,
    /// The restock that notified it.
    pub restock_id: RestockId,
    /// The book that came back.
    pub book_id: BookId,
    /// Its title.
    pub title: Title,
    /// Who is told.
    pub user_id: UserId,
    /// At which address.
    pub email: Email,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried since it was made, or since it was last retried by hand.
    pub attempts: u32,
    /// Why it is not delivered, or not yet: what the mail server said, or why it was skipped.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a user wants to know of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Where it stands.
    pub status: DeliveryStatus,
    /// When the mail server took it, if it did.
    pub delivered_at: Option<Timestamp>,
}

impl DeliverySummary {
    /// That of a pre-booking which was notified a moment ago: its delivery is about to be made.
    pub const IMMINENT: Self = Self { status: DeliveryStatus::Pending, delivered_at: None };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    #[test]
    fn everything_but_what_is_delivered_can_be_retried() {
        let pending = Ok(DeliveryState::Pending { due_at: at(30) });
        for (state, expected) in [
            (DeliveryState::Pending { due_at: at(90) }, pending),
            (DeliveryState::Failed, pending),
            (DeliveryState::Skipped, pending),
            (DeliveryState::Delivered { at: at(20) }, Err(AlreadyDelivered)),
        ] {
            assert_eq!(state.retry(at(30)), expected, "{state:?}");
        }
    }
}
