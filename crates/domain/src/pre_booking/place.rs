use super::{BookInStock, PlacementRules, PreBookedBook, PreBooking, PreBookingRepository};
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
    /// The user has another pre-booking for this book that is waiting.
    #[error("the user is already waiting for this book")]
    Duplicate,
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Places a user's pre-booking of a book.
///
/// It takes no lock. If the book is restocked between the read and the write, it decides again. If the restock overlaps
/// with the write, the pre-booking belongs to the round that the restock ended, and is notified from the start.
pub async fn place(
    books: &dyn BookReader,
    pre_bookings: &dyn PreBookingRepository,
    clock: &dyn Clock,
    rules: PlacementRules,
    user: &User,
    book_id: BookId,
) -> Result<PreBookedBook, PlaceError> {
    rules.check(user)?;
    let mut refused_in = None;
    loop {
        let book = books.find(book_id).await?.ok_or(PlaceError::BookNotFound)?;
        let placed = PreBooking::place(user.id, &book, clock.now())?;
        // The store refused to add it in this round, which has not ended: the user already has one.
        if refused_in == Some(placed.round) {
            return Err(PlaceError::Duplicate);
        }
        if let Some(pre_booking) = pre_bookings.add(&placed).await? {
            let BookDetails { title, author, .. } = book.details;
            return Ok(PreBookedBook { pre_booking, title, author, delivery: None });
        }
        refused_in = Some(placed.round);
    }
}

#[cfg(test)]
mod tests {
    use mockall::Sequence;
    use mockall::predicate::eq;

    use super::*;
    use crate::account::Role;
    use crate::book::{Book, MockBookReader};
    use crate::pre_booking::{MockPreBookingRepository, PreBookingState};
    use crate::testing::{a_book, a_pre_booking, a_user, at, clock_at, user_id};

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
        let rules = PlacementRules { requires_verified_email: true };
        place(&books, pre_bookings, &clock_at(5), rules, &a_user(Role::User), a_book(0).id).await
    }

    fn refuses_once() -> MockPreBookingRepository {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().times(1).returning(|_| Ok(None));
        pre_bookings
    }

    #[pollster::test]
    async fn adds_the_placed_pre_booking() {
        let placed = PreBooking::place(user_id(1), &a_book(0), at(5)).unwrap();
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings
            .expect_add()
            .with(eq(placed))
            .times(1)
            .returning(|_| Ok(Some(a_pre_booking(PreBookingState::Waiting))));

        let result = place_when([Some(a_book(0))], &pre_bookings).await.unwrap();

        assert_eq!(result.pre_booking, a_pre_booking(PreBookingState::Waiting));
        assert_eq!(result.title, a_book(0).details.title);
        assert_eq!(result.author, a_book(0).details.author);
    }

    #[pollster::test]
    async fn looks_for_no_book_if_the_address_must_be_verified() {
        let unverified = User { email_verified: false, ..a_user(Role::User) };
        let (books, pre_bookings) = (MockBookReader::new(), MockPreBookingRepository::new());
        let rules = PlacementRules { requires_verified_email: true };
        let result = place(&books, &pre_bookings, &clock_at(5), rules, &unverified, a_book(0).id).await;
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
    async fn reports_a_duplicate_if_the_store_refuses_in_the_same_round() {
        let result = place_when([Some(a_book(0)), Some(a_book(0))], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::Duplicate)));
    }

    #[pollster::test]
    async fn decides_again_if_the_book_was_deleted_or_restocked_in_between() {
        let result = place_when([Some(a_book(0)), None], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::BookNotFound)));

        let result = place_when([Some(a_book(0)), Some(a_book_of_the_next_round(5))], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn places_in_the_next_round_if_the_round_ended_in_between() {
        let mut pre_bookings = refuses_once();
        let placed = PreBooking::place(user_id(1), &a_book_of_the_next_round(0), at(5)).unwrap();
        pre_bookings
            .expect_add()
            .with(eq(placed))
            .times(1)
            .returning(|_| Ok(Some(a_pre_booking(PreBookingState::Waiting))));

        place_when([Some(a_book(0)), Some(a_book_of_the_next_round(0))], &pre_bookings).await.unwrap();
    }
}
