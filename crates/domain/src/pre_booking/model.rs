use super::Status;
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
    /// Whose wish it is.
    pub user_id: UserId,
    /// For which book.
    pub book_id: BookId,
    /// The book's round when it was decided on.
    pub round: Round,
    /// When it is placed.
    pub created_at: Timestamp,
}

/// One user's wish for one book that was out of stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBooking {
    /// Its identifier.
    pub id: PreBookingId,
    /// Whose wish it is.
    pub user_id: UserId,
    /// For which book.
    pub book_id: BookId,
    /// The book's round in which it was placed; the restock that ends it notifies.
    pub round: Round,
    /// When it was placed.
    pub created_at: Timestamp,
    /// Where it stands.
    pub status: Status,
}

/// A book can not be pre-booked while there are copies to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the book is in stock")]
pub struct BookInStock;

/// Nothing follows on a cancel, not even another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the pre-booking is already cancelled")]
pub struct AlreadyCancelled;

impl PreBooking {
    /// Places a pre-booking of a book as it was read. Should a restock happen meanwhile, the pre-booking belongs to the
    /// round that it ended, and is notified.
    ///
    /// # Errors
    /// The book is in stock.
    pub fn place(user_id: UserId, book: &Book, now: Timestamp) -> Result<NewPreBooking, BookInStock> {
        if book.in_stock() {
            return Err(BookInStock);
        }
        Ok(NewPreBooking { user_id, book_id: book.id, round: book.round, created_at: now })
    }

    /// Cancels it. A notified one keeps the time of that.
    ///
    /// # Errors
    /// It is cancelled already.
    pub fn cancel(self, now: Timestamp) -> Result<Self, AlreadyCancelled> {
        let notified_at = match self.status {
            Status::Waiting => None,
            Status::Notified { at } => Some(at),
            Status::Cancelled { .. } => return Err(AlreadyCancelled),
        };
        Ok(Self { status: Status::Cancelled { at: now, notified_at }, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_book, a_pre_booking, at, user_id};

    #[test]
    fn an_out_of_stock_book_is_pre_booked_in_its_round() {
        let book = a_book(0);
        let placed = PreBooking::place(user_id(3), &book, at(5)).unwrap();
        let expected = NewPreBooking { user_id: user_id(3), book_id: book.id, round: book.round, created_at: at(5) };
        assert_eq!(placed, expected);
    }

    #[test]
    fn a_book_in_stock_is_not() {
        assert_eq!(PreBooking::place(user_id(3), &a_book(1), at(5)), Err(BookInStock));
    }

    #[test]
    fn every_status_meets_a_cancel() {
        let cancelled = |notified_at| Status::Cancelled { at: at(30), notified_at };
        for (status, expected) in [
            (Status::Waiting, Ok(cancelled(None))),
            (Status::Notified { at: at(20) }, Ok(cancelled(Some(at(20))))),
            (Status::Cancelled { at: at(25), notified_at: None }, Err(AlreadyCancelled)),
            (Status::Cancelled { at: at(25), notified_at: Some(at(20)) }, Err(AlreadyCancelled)),
        ] {
            let result = a_pre_booking(status).cancel(at(30));
            assert_eq!(result.map(|cancelled| cancelled.status), expected, "{status:?}");
        }
    }
}
