use super::{BookPreBookingQuery, PreBookingId, PreBookingOfUser, PreBookingReader};
use crate::RepositoryError;
use crate::book::{BookId, BookReader, Round};
use crate::page::cut;

/// Why a book's pre-bookings were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListOfBookError {
    /// There is no such book.
    #[error("there is no such book")]
    BookNotFound,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// A stretch of a book's pre-bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookPreBookingPage {
    /// The pre-bookings, the latest round first.
    pub items: Vec<PreBookingOfUser>,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<(Round, PreBookingId)>,
}

/// Lists everybody's pre-bookings of a book, the latest round first.
///
/// # Errors
/// See [`ListOfBookError`].
pub async fn list_of_book(
    books: &dyn BookReader,
    pre_bookings: &dyn PreBookingReader,
    book_id: BookId,
    query: &BookPreBookingQuery,
) -> Result<BookPreBookingPage, ListOfBookError> {
    books.find(book_id).await?.ok_or(ListOfBookError::BookNotFound)?;
    let items = pre_bookings.list_of_book(book_id, query).await?;
    let (items, next) = cut(items, query.limit, |last| (last.pre_booking.round, last.pre_booking.id));
    Ok(BookPreBookingPage { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageSize;
    use crate::account::Email;
    use crate::book::MockBookReader;
    use crate::pre_booking::{MockPreBookingReader, Status};
    use crate::testing::{a_book, a_pre_booking};

    fn query() -> BookPreBookingQuery {
        BookPreBookingQuery { status: None, after: None, limit: PageSize::new(1).unwrap() }
    }

    #[pollster::test]
    async fn the_last_of_a_page_is_where_the_next_begins() {
        let mut books = MockBookReader::new();
        books.expect_find().returning(|_| Ok(Some(a_book(0))));
        let item = PreBookingOfUser {
            pre_booking: a_pre_booking(Status::Waiting),
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
    async fn an_unknown_book_has_no_list() {
        let mut books = MockBookReader::new();
        books.expect_find().returning(|_| Ok(None));

        let result = list_of_book(&books, &MockPreBookingReader::new(), a_book(0).id, &query()).await;

        assert!(matches!(result, Err(ListOfBookError::BookNotFound)));
    }
}
