use super::{PreBookedBook, PreBookingPosition, PreBookingQuery, PreBookingReader};
use crate::RepositoryError;
use crate::account::UserId;
use crate::page::truncate;

/// One page of a user's pre-bookings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreBookingPage {
    /// The pre-bookings, newest first.
    pub items: Vec<PreBookedBook>,
    /// The position to continue after; `None` on the last page.
    pub next: Option<PreBookingPosition>,
}

/// Lists a user's pre-bookings, newest first.
pub async fn list(
    pre_bookings: &dyn PreBookingReader,
    user_id: UserId,
    query: &PreBookingQuery,
) -> Result<PreBookingPage, RepositoryError> {
    let items = pre_bookings.list(user_id, query).await?;
    let (items, next) = truncate(items, query.limit, |last| PreBookingPosition {
        created_at: last.pre_booking.created_at,
        id: last.pre_booking.id,
    });
    Ok(PreBookingPage { items, next })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageSize;
    use crate::pre_booking::{MockPreBookingReader, PreBookingState};
    use crate::testing::{a_book, a_pre_booking, user_id};

    async fn list_when_store_has(count: usize) -> PreBookingPage {
        let book = a_book(0).details;
        let item = PreBookedBook {
            pre_booking: a_pre_booking(PreBookingState::Waiting),
            title: book.title,
            author: book.author,
            delivery: None,
        };
        let mut pre_bookings = MockPreBookingReader::new();
        pre_bookings.expect_list().times(1).return_once(move |_, _| Ok(vec![item; count]));
        let query = PreBookingQuery { status: None, after: None, limit: PageSize::new(2).unwrap() };
        list(&pre_bookings, user_id(1), &query).await.unwrap()
    }

    #[pollster::test]
    async fn returns_the_position_of_the_last_item_if_there_is_another_page() {
        let page = list_when_store_has(3).await;
        let last = a_pre_booking(PreBookingState::Waiting);
        assert_eq!(page.items.len(), 2);
        assert_eq!(page.next, Some(PreBookingPosition { created_at: last.created_at, id: last.id }));
    }

    #[pollster::test]
    async fn returns_no_position_on_the_last_page() {
        for count in 0..=2 {
            let page = list_when_store_has(count).await;
            assert_eq!((page.items.len(), page.next), (count, None));
        }
    }
}
