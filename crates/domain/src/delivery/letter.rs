use crate::Timestamp;
use crate::account::Email;
use crate::book::{Author, BookId, Price, Title};
use crate::pre_booking::{PreBookingId, StatusKind};

/// What a user is told when a book is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The pre-booking that was notified.
    pub pre_booking_id: PreBookingId,
    /// Who is told.
    pub to: Email,
    /// The book that came back.
    pub book_id: BookId,
    /// Its title.
    pub title: Title,
    /// Its author.
    pub author: Author,
    /// What it costs.
    pub price: Price,
    /// When it came back, or when it was wished for, if that was a moment later.
    pub notified_at: Timestamp,
}

/// Why nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The user took the wish back.
    #[error("the pre-booking was cancelled")]
    Cancelled,
    /// The user is locked out.
    #[error("the account is deactivated")]
    Deactivated,
}

/// A letter beside what decides whether it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// What would be sent.
    pub letter: Letter,
    /// Where the pre-booking stands now.
    pub status: StatusKind,
    /// Whether the account may do anything at all now.
    pub is_active: bool,
}

impl Prospect {
    /// The letter, if it is still to be sent.
    ///
    /// # Errors
    /// Why it is not.
    pub fn decide(self) -> Result<Letter, SkipReason> {
        match self.status {
            StatusKind::Cancelled => Err(SkipReason::Cancelled),
            StatusKind::Waiting | StatusKind::Notified if self.is_active => Ok(self.letter),
            StatusKind::Waiting | StatusKind::Notified => Err(SkipReason::Deactivated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_prospect;

    #[test]
    fn only_those_who_still_wish_and_may_are_told() {
        for (status, is_active, expected) in [
            (StatusKind::Notified, true, None),
            (StatusKind::Notified, false, Some(SkipReason::Deactivated)),
            (StatusKind::Cancelled, true, Some(SkipReason::Cancelled)),
            (StatusKind::Cancelled, false, Some(SkipReason::Cancelled)),
        ] {
            let prospect = Prospect { status, is_active, ..a_prospect() };
            assert_eq!(prospect.decide().err(), expected, "{status:?} {is_active}");
        }
    }
}
