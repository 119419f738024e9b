use super::{BookInStock, PreBookedBook, PreBooking, PreBookingRepository};
use crate::account::UserId;
use crate::book::{BookDetails, BookId, BookReader};
use crate::{Clock, RepositoryError};

/// Why a pre-booking was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// There is no such book.
    #[error("there is no such book")]
    BookNotFound,
    /// The book can be bought instead.
    #[error(transparent)]
    BookInStock(#[from] BookInStock),
    /// The user waits for this book already.
    #[error("the user waits for this book already")]
    Duplicate,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Places a user's pre-booking of a book.
///
/// It holds no lock. Should the book be restocked between the two statements, it is decided anew; should the restock overlap
/// with the second one, the pre-booking belongs to the round that the restock ended, and is notified the moment it exists.
///
/// # Errors
/// See [`PlaceError`].
pub async fn place(
    books: &dyn BookReader,
    pre_bookings: &dyn PreBookingRepository,
    clock: &dyn Clock,
    user_id: UserId,
    book_id: BookId,
) -> Result<PreBookedBook, PlaceError> {
    let mut refused_in = None;
    loop {
        let book = books.find(book_id).await?.ok_or(PlaceError::BookNotFound)?;
        let placed = PreBooking::place(user_id, &book, clock.now())?;
        // What was refused although its round still runs, is there already.
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
    use crate::book::{Book, MockBookReader};
    use crate::pre_booking::{MockPreBookingRepository, Status};
    use crate::testing::{a_book, a_pre_booking, at, clock_at, user_id};

    fn a_book_of_the_next_round(stock: i64) -> Book {
        Book { round: a_book(0).round.next(), ..a_book(stock) }
    }

    /// Places a pre-booking while the book changes from look to look.
    async fn place_when<const LOOKS: usize>(
        seen: [Option<Book>; LOOKS],
        pre_bookings: &MockPreBookingRepository,
    ) -> Result<PreBookedBook, PlaceError> {
        let mut books = MockBookReader::new();
        let mut order = Sequence::new();
        for book in seen {
            books.expect_find().times(1).in_sequence(&mut order).return_once(move |_| Ok(book));
        }
        place(&books, pre_bookings, &clock_at(5), user_id(1), a_book(0).id).await
    }

    fn refuses_once() -> MockPreBookingRepository {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().times(1).returning(|_| Ok(None));
        pre_bookings
    }

    #[pollster::test]
    async fn what_the_model_placed_is_added() {
        let placed = PreBooking::place(user_id(1), &a_book(0), at(5)).unwrap();
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().with(eq(placed)).times(1).returning(|_| Ok(Some(a_pre_booking(Status::Waiting))));

        let result = place_when([Some(a_book(0))], &pre_bookings).await.unwrap();

        assert_eq!(result.pre_booking, a_pre_booking(Status::Waiting));
        assert_eq!(result.title, a_book(0).details.title);
        assert_eq!(result.author, a_book(0).details.author);
    }

    #[pollster::test]
    async fn a_refusal_adds_nothing() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().never();

        assert!(matches!(place_when([None], &pre_bookings).await, Err(PlaceError::BookNotFound)));
        assert!(matches!(place_when([Some(a_book(1))], &pre_bookings).await, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn what_is_refused_while_its_round_runs_is_a_duplicate() {
        let result = place_when([Some(a_book(0)), Some(a_book(0))], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::Duplicate)));
    }

    #[pollster::test]
    async fn what_happened_to_the_book_in_between_is_seen() {
        let result = place_when([Some(a_book(0)), None], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::BookNotFound)));

        let result = place_when([Some(a_book(0)), Some(a_book_of_the_next_round(5))], &refuses_once()).await;
        assert!(matches!(result, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn a_round_that_ended_in_between_is_no_duplicate() {
        let mut pre_bookings = refuses_once();
        let placed = PreBooking::place(user_id(1), &a_book_of_the_next_round(0), at(5)).unwrap();
        pre_bookings.expect_add().with(eq(placed)).times(1).returning(|_| Ok(Some(a_pre_booking(Status::Waiting))));

        place_when([Some(a_book(0)), Some(a_book_of_the_next_round(0))], &pre_bookings).await.unwrap();
    }
}
