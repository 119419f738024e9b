use super::PreBookingState;
use crate::Timestamp;
use crate::account::UserId;
use crate::book::{Book, BookId, Round};
use crate::id::define_id;

define_id! {
    /// Identifies a pre-booking.
    PreBookingId
}

/// A pre-booking that is about to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreBooking {
    /// The user who waits.
    pub user_id: UserId,
    /// The book to wait for.
    pub book_id: BookId,
    /// The round of the book when it was read.
    pub round: Round,
    /// When the pre-booking is placed.
    pub created_at: Timestamp,
}

/// One user's request to be notified when one book is back in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBooking {
    /// Identifies the pre-booking.
    pub id: PreBookingId,
    /// The user who waits.
    pub user_id: UserId,
    /// The book to wait for.
    pub book_id: BookId,
    /// The round of the book in which this was placed. The restock that ends the round notifies the user.
    pub round: Round,
    /// When the pre-booking was placed.
    pub created_at: Timestamp,
    /// The current state.
    pub state: PreBookingState,
}

/// A book can't be pre-booked while it is in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the book is in stock")]
pub struct BookInStock;

/// Cancellation is final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pre-booking is already cancelled")]
pub struct AlreadyCancelled;

impl PreBooking {
    /// Places a pre-booking for a book in the book's current round. If the book was restocked since it was read, the
    /// pre-booking belongs to the round that the restock ended, and is notified.
    pub fn place(user_id: UserId, book: &Book, now: Timestamp) -> Result<NewPreBooking, BookInStock> {
        if book.in_stock() {
            return Err(BookInStock);
        }
        Ok(NewPreBooking { user_id, book_id: book.id, round: book.round, created_at: now })
    }

    /// Cancels the pre-booking. If it was notified, it keeps the time of the notification.
    pub fn cancel(self, now: Timestamp) -> Result<Self, AlreadyCancelled> {
        let notified_at = match self.state {
            PreBookingState::Waiting => None,
            PreBookingState::Notified { at } => Some(at),
            PreBookingState::Cancelled { .. } => return Err(AlreadyCancelled),
        };
        Ok(Self { state: PreBookingState::Cancelled { at: now, notified_at }, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_book, a_pre_booking, at, user_id};

    #[test]
    fn places_in_the_current_round_of_the_book() {
        let book = a_book(0);
        let placed = PreBooking::place(user_id(3), &book, at(5)).unwrap();
        let expected = NewPreBooking { user_id: user_id(3), book_id: book.id, round: book.round, created_at: at(5) };
        assert_eq!(placed, expected);
    }

    #[test]
    fn refuses_a_book_in_stock() {
        assert_eq!(PreBooking::place(user_id(3), &a_book(1), at(5)), Err(BookInStock));
    }

    #[test]
    fn cancels_unless_already_cancelled_and_keeps_notified_at() {
        let cancelled = |notified_at| PreBookingState::Cancelled { at: at(30), notified_at };
        for (state, expected) in [
            (PreBookingState::Waiting, Ok(cancelled(None))),
            (PreBookingState::Notified { at: at(20) }, Ok(cancelled(Some(at(20))))),
            (PreBookingState::Cancelled { at: at(25), notified_at: None }, Err(AlreadyCancelled)),
            (PreBookingState::Cancelled { at: at(25), notified_at: Some(at(20)) }, Err(AlreadyCancelled)),
        ] {
            let result = a_pre_booking(state).cancel(at(30));
            assert_eq!(result.map(|cancelled| cancelled.state), expected, "{state:?}");
        }
    }
}
