use super::{BookPreBookingQuery, PreBookingId, PreBookingOfUser, PreBookingReader};
use crate::RepositoryError;
use crate::book::{BookId, BookReader, Round};
use crate::page::truncate;

/// Why a book's pre-bookings were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListOfBookError {
    /// No book has this identifier.
    #[error("there is no such book")]
    BookNotFound,
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// One page of a book's pre-bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookPreBookingPage {
    /// The pre-bookings, the latest round first.
    pub items: Vec<PreBookingOfUser>,
    /// The position to continue after; `None` on the last page.
    pub next: Option<(Round, PreBookingId)>,
}

/// Lists all users' pre-bookings of a book, the latest round first.
pub async fn list_of_book(
    books: &dyn BookReader,
    pre_bookings: &dyn PreBookingReader,
    book_id: BookId,
    query: &BookPreBookingQuery,
) -> Result<BookPreBookingPage, ListOfBookError> {
    books.find(book_id).await?.ok_or(ListOfBookError::BookNotFound)?;
    let items = pre_bookings.list_of_book(book_id, query).await?;
    let (items, next) = truncate(items, query.limit, |last| (last.pre_booking.round, last.pre_booking.id));
    Ok(BookPreBookingPage { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageSize;
    use crate::account::Email;
    use crate::book::MockBookReader;
    use crate::pre_booking::{MockPreBookingReader, PreBookingState};
    use crate::testing::{a_book, a_pre_booking};

    fn query() -> BookPreBookingQuery {
        BookPreBookingQuery { status: None, after: None, limit: PageSize::new(1).unwrap() }
    }

    #[pollster::test]
    async fn returns_the_position_of_the_last_item_if_there_is_another_page() {
        let mut books = MockBookReader::new();
        books.expect_find().returning(|_| Ok(Some(a_book(0))));
        let item = PreBookingOfUser {
            pre_booking: a_pre_booking(PreBookingState::Waiting),
            email: Email::parse("ada@example.com").unwrap(),
            delivery: None,
        };
        let mut pre_bookings = MockPreBookingReader::new();
        pre_bookings.expect_list_of_book().return_once(move |_, _| Ok(vec![item.clone(), item]));

        let page = list_of_book(&books, &pre_bookings, a_book(0).id, &query()).await.unwrap();

        let PreBookingOfUser { pre_booking, .. } = &page.items[0];
        assert_eq!((page.items.len(), page.next), (1, Some((pre_booking.round, pre_booking.id))));
    }

    #[pollster::test]
    async fn does_not_find_an_unknown_book() {
        let mut books = MockBookReader::new();
        books.expect_find().returning(|_| Ok(None));

        let result = list_of_book(&books, &MockPreBookingReader::new(), a_book(0).id, &query()).await;

        assert!(matches!(result, Err(ListOfBookError::BookNotFound)));
    }
}
