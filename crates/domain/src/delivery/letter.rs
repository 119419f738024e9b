use crate::Timestamp;
use crate::account::{Email, UserId};
use crate::book::{Author, BookId, Price, Title};
use crate::pre_booking::{PreBookingId, PreBookingStatus};

/// The content of an e-mail that tells a user that a book is back in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The pre-booking that was notified.
    pub pre_booking_id: PreBookingId,
    /// The user.
    pub user_id: UserId,
    /// The address of the user.
    pub to: Email,
    /// The book that was restocked.
    pub book_id: BookId,
    /// The title of the book.
    pub title: Title,
    /// The author of the book.
    pub author: Author,
    /// The price of one copy.
    pub price: Price,
    /// When the book was restocked, or when the pre-booking was placed if that was later.
    pub notified_at: Timestamp,
}

/// Why a delivery or an account mail is skipped. The texts are stored, and deliveries are found by them: they must not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The user cancelled the pre-booking.
    #[error("the pre-booking was cancelled")]
    Cancelled,
    /// An admin deactivated the account.
    #[error("the account is deactivated")]
    Deactivated,
    /// An account mail: no account has the address.
    #[error("no account has this address")]
    NoAccount,
    /// An account mail: the user has verified the address.
    #[error("the address is verified already")]
    Verified,
    /// An account mail: the account got many of them.
    #[error("the account got enough of these e-mails within an hour")]
    TooMany,
    /// The user wants no e-mails.
    #[error("the user switched e-mails off")]
    Unsubscribed,
    /// The user erased the account.
    #[error("the account was erased")]
    Erased,
}

impl SkipReason {
    /// The reasons that may no longer apply: an account may be active again, but a cancellation is final.
    pub const TEMPORARY: [Self; 1] = [Self::Deactivated];
}

/// A letter and what decides whether to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// The letter to send.
    pub letter: Letter,
    /// The current status of the pre-booking.
    pub status: PreBookingStatus,
    /// Whether the account is active now.
    pub is_active: bool,
    /// Whether the user wants e-mails now.
    pub wants_emails: bool,
}

impl Prospect {
    /// Returns the letter if it should still be sent.
    ///
    /// # Errors
    /// Why the letter should be skipped.
    pub fn decide(self) -> Result<Letter, SkipReason> {
        match self.status {
            PreBookingStatus::Cancelled => Err(SkipReason::Cancelled),
            PreBookingStatus::Waiting | PreBookingStatus::Notified if !self.is_active => Err(SkipReason::Deactivated),
            PreBookingStatus::Waiting | PreBookingStatus::Notified if !self.wants_emails => {
                Err(SkipReason::Unsubscribed)
            }
            PreBookingStatus::Waiting | PreBookingStatus::Notified => Ok(self.letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_prospect;

    #[test]
    fn reasons_keep_their_stored_texts() {
        assert_eq!(SkipReason::Cancelled.to_string(), "the pre-booking was cancelled");
        assert_eq!(SkipReason::Deactivated.to_string(), "the account is deactivated");
        assert_eq!(SkipReason::Unsubscribed.to_string(), "the user switched e-mails off");
        assert_eq!(SkipReason::Erased.to_string(), "the account was erased");
    }

    #[test]
    fn skips_cancelled_pre_bookings_deactivated_accounts_and_users_who_want_no_emails() {
        for (status, is_active, wants_emails, expected) in [
            (PreBookingStatus::Notified, true, true, None),
            (PreBookingStatus::Notified, false, true, Some(SkipReason::Deactivated)),
            (PreBookingStatus::Notified, false, false, Some(SkipReason::Deactivated)),
            (PreBookingStatus::Notified, true, false, Some(SkipReason::Unsubscribed)),
            (PreBookingStatus::Cancelled, true, true, Some(SkipReason::Cancelled)),
            (PreBookingStatus::Cancelled, false, false, Some(SkipReason::Cancelled)),
        ] {
            let prospect = Prospect { status, is_active, wants_emails, ..a_prospect() };
            assert_eq!(prospect.decide().err(), expected, "{status:?} {is_active} {wants_emails}");
        }
    }
}
