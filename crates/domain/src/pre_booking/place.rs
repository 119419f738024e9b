use super::{
    AddedPreBooking, BookInStock, PlacementRules, PreBookedBook, PreBooking, PreBookingId, PreBookingRepository,
};
use crate::account::{EmailUnverified, User};
use crate::book::{BookDetails, BookId, BookReader};
use crate::{Clock, RepositoryError};

/// Why a pre-booking was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The user must verify their address first.
    #[error(transparent)]
    EmailUnverified(#[from] EmailUnverified),
    /// No book has this identifier.
    #[error("there is no such book")]
    BookNotFound,
    /// The book is in stock, so it can be bought.
    #[error(transparent)]
    BookInStock(#[from] BookInStock),
    /// The user has this pre-booking for the book, and it is waiting.
    #[error("the user is already waiting for this book")]
    Duplicate(PreBookingId),
    /// As many of the user's pre-bookings are waiting as may.
    #[error("the user is waiting for too many books")]
    LimitReached,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Places a user's pre-booking of a book, if the rules of the shop allow it.
///
/// It takes no lock that other users wait for. If the book is restocked between the read and the write, it decides again. If
/// the restock overlaps with the write, the pre-booking belongs to the round that the restock ended, and is notified from the
/// start.
pub async fn place(
    books: &dyn BookReader,
    pre_bookings: &dyn PreBookingRepository,
    clock: &dyn Clock,
    rules: PlacementRules,
    user: &User,
    book_id: BookId,
) -> Result<PreBookedBook, PlaceError> {
    rules.check(user)?;
    loop {
        let book = books.find(book_id).await?.ok_or(PlaceError::BookNotFound)?;
        let placed = PreBooking::place(user.id, &book, clock.now())?;
        match pre_bookings.add(&placed, rules.max_waiting).await? {
            AddedPreBooking::Added(pre_booking) => {
                let BookDetails { title, author, .. } = book.details;
                return Ok(PreBookedBook { pre_booking, title, author, delivery: None });
            }
            AddedPreBooking::Duplicate(id) => return Err(PlaceError::Duplicate(id)),
            AddedPreBooking::LimitReached => return Err(PlaceError::LimitReached),
            AddedPreBooking::Outdated => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use mockall::Sequence;
    use mockall::predicate::eq;

    use super::*;
    use crate::account::Role;
    use crate::book::{Book, MockBookReader};
    use crate::pre_booking::{MockPreBookingRepository, PreBookingState};
    use crate::testing::{a_book, a_pre_booking, a_user, at, clock_at, user_id};

    const MAX_WAITING: NonZeroU32 = NonZeroU32::new(100).unwrap();
    const RULES: PlacementRules = PlacementRules { requires_verified_email: true, max_waiting: MAX_WAITING };

    fn a_book_of_the_next_round(stock: i64) -> Book {
        Book { round: a_book(0).round.next(), ..a_book(stock) }
    }

    /// Places a pre-booking while the book changes: the n-th read finds the n-th of `seen`.
    async fn place_when<const READS: usize>(
        seen: [Option<Book>; READS],
        pre_bookings: &MockPreBookingRepository,
    ) -> Result<PreBookedBook, PlaceError> {
        let mut books = MockBookReader::new();
        let mut order = Sequence::new();
        for book in seen {
            books.expect_find().times(1).in_sequence(&mut order).return_once(move |_| Ok(book));
        }
        place(&books, pre_bookings, &clock_at(5), RULES, &a_user(Role::User), a_book(0).id).await
    }

    /// A store that answers this to the first attempt.
    fn answers_once(answer: AddedPreBooking) -> MockPreBookingRepository {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().times(1).return_once(move |_, _| Ok(answer));
        pre_bookings
    }

    fn added() -> AddedPreBooking {
        AddedPreBooking::Added(a_pre_booking(PreBookingState::Waiting))
    }

    #[pollster::test]
    async fn adds_the_placed_pre_booking() {
        let placed = PreBooking::place(user_id(1), &a_book(0), at(5)).unwrap();
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().with(eq(placed), eq(MAX_WAITING)).times(1).returning(|_, _| Ok(added()));

        let result = place_when([Some(a_book(0))], &pre_bookings).await.unwrap();

        assert_eq!(result.pre_booking, a_pre_booking(PreBookingState::Waiting));
        assert_eq!(result.title, a_book(0).details.title);
        assert_eq!(result.author, a_book(0).details.author);
    }

    #[pollster::test]
    async fn looks_for_no_book_if_the_address_must_be_verified() {
        let unverified = User { email_verified: false, ..a_user(Role::User) };
        let (books, pre_bookings) = (MockBookReader::new(), MockPreBookingRepository::new());
        let result = place(&books, &pre_bookings, &clock_at(5), RULES, &unverified, a_book(0).id).await;
        assert!(matches!(result, Err(PlaceError::EmailUnverified(_))));
    }

    #[pollster::test]
    async fn adds_nothing_for_an_unknown_book_or_one_in_stock() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().never();

        assert!(matches!(place_when([None], &pre_bookings).await, Err(PlaceError::BookNotFound)));
        assert!(matches!(place_when([Some(a_book(1))], &pre_bookings).await, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn reports_the_pre_booking_that_waits_already_and_too_many_of_them() {
        let waiting = a_pre_booking(PreBookingState::Waiting).id;
        let result = place_when([Some(a_book(0))], &answers_once(AddedPreBooking::Duplicate(waiting))).await;
        assert!(matches!(result, Err(PlaceError::Duplicate(id)) if id == waiting));

        let result = place_when([Some(a_book(0))], &answers_once(AddedPreBooking::LimitReached)).await;
        assert!(matches!(result, Err(PlaceError::LimitReached)));
    }

    #[pollster::test]
    async fn decides_again_if_the_book_was_deleted_or_restocked_in_between() {
        let result = place_when([Some(a_book(0)), None], &answers_once(AddedPreBooking::Outdated)).await;
        assert!(matches!(result, Err(PlaceError::BookNotFound)));

        let result =
            place_when([Some(a_book(0)), Some(a_book_of_the_next_round(5))], &answers_once(AddedPreBooking::Outdated))
                .await;
        assert!(matches!(result, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn places_in_the_next_round_if_the_round_ended_in_between() {
        let mut pre_bookings = answers_once(AddedPreBooking::Outdated);
        let placed = PreBooking::place(user_id(1), &a_book_of_the_next_round(0), at(5)).unwrap();
        pre_bookings.expect_add().with(eq(placed), eq(MAX_WAITING)).times(1).returning(|_, _| Ok(added()));

        place_when([Some(a_book(0)), Some(a_book_of_the_next_round(0))], &pre_bookings).await.unwrap();
    }
}
