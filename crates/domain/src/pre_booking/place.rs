use super::{AddedPreBooking, BookInStock, PreBookedBook, PreBooking, PreBookingRepository};
use crate::account::UserId;
use crate::book::{BookId, BookReader};
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
/// It holds no lock: should the book be restocked between the two statements, the pre-booking belongs to the round that the
/// restock ended, and is notified the moment it exists.
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
    let book = books.find(book_id).await?.ok_or(PlaceError::BookNotFound)?;
    let placed = PreBooking::place(user_id, &book, clock.now())?;
    match pre_bookings.add(&placed).await? {
        AddedPreBooking::Added(pre_booking) => {
            Ok(PreBookedBook { pre_booking, title: book.details.title, author: book.details.author })
        }
        AddedPreBooking::Duplicate => Err(PlaceError::Duplicate),
        AddedPreBooking::BookNotFound => Err(PlaceError::BookNotFound),
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::book::{Book, MockBookReader};
    use crate::pre_booking::{MockPreBookingRepository, Status};
    use crate::testing::{a_book, a_pre_booking, at, clock_at, user_id};

    fn reader_of(book: Option<Book>) -> MockBookReader {
        let mut books = MockBookReader::new();
        books.expect_find().times(1).return_once(move |_| Ok(book));
        books
    }

    async fn place_when(
        book: Option<Book>,
        pre_bookings: &MockPreBookingRepository,
    ) -> Result<PreBookedBook, PlaceError> {
        place(&reader_of(book), pre_bookings, &clock_at(5), user_id(1), a_book(0).id).await
    }

    #[pollster::test]
    async fn what_the_model_placed_is_added() {
        let placed = PreBooking::place(user_id(1), &a_book(0), at(5)).unwrap();
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings
            .expect_add()
            .with(eq(placed))
            .times(1)
            .returning(|_| Ok(AddedPreBooking::Added(a_pre_booking(Status::Waiting))));

        let result = place_when(Some(a_book(0)), &pre_bookings).await.unwrap();

        assert_eq!(result.pre_booking, a_pre_booking(Status::Waiting));
        assert_eq!(result.title, a_book(0).details.title);
        assert_eq!(result.author, a_book(0).details.author);
    }

    #[pollster::test]
    async fn a_refusal_adds_nothing() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().never();

        assert!(matches!(place_when(None, &pre_bookings).await, Err(PlaceError::BookNotFound)));
        assert!(matches!(place_when(Some(a_book(1)), &pre_bookings).await, Err(PlaceError::BookInStock(_))));
    }

    #[pollster::test]
    async fn what_the_store_refuses_is_refused() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().times(1).returning(|_| Ok(AddedPreBooking::Duplicate));
        assert!(matches!(place_when(Some(a_book(0)), &pre_bookings).await, Err(PlaceError::Duplicate)));

        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_add().times(1).returning(|_| Ok(AddedPreBooking::BookNotFound));
        assert!(matches!(place_when(Some(a_book(0)), &pre_bookings).await, Err(PlaceError::BookNotFound)));
    }
}
