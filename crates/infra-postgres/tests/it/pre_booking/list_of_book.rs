//! `PreBookingReader::list_of_book`.

use domain::PageSize;
use domain::book::{BookId, Round};
use domain::pre_booking::{
    BookPreBookingQuery, ListOfBookError, PreBooking, PreBookingId, PreBookingOfUser, PreBookingStatus, cancel,
    list_of_book,
};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, placement};

pub(crate) fn suite() -> Suite {
    tests![
        lists_the_latest_round_first_then_the_highest_identifier,
        filters_by_status,
        pages_show_each_pre_booking_once,
        returns_one_more_than_the_limit_if_there_is_one,
        lists_nothing_of_other_books,
        rejects_an_unknown_book,
    ]
}

fn query(status: Option<PreBookingStatus>, after: Option<(Round, PreBookingId)>, limit: u32) -> BookPreBookingQuery {
    BookPreBookingQuery { status, after, limit: PageSize::new(limit).unwrap() }
}

async fn listed(world: &World, book: BookId, query: &BookPreBookingQuery) -> Vec<PreBookingOfUser> {
    world.pre_booking_reader().list_of_book(book, query).await.unwrap()
}

fn ids_of(items: &[PreBookingOfUser]) -> Vec<PreBookingId> {
    items.iter().map(|item| item.pre_booking.id).collect()
}

/// Returns a store in which three users pre-booked a book in three rounds, two of which have ended, and the pre-bookings in the
/// order of the list. In each round the second user cancelled while waiting; in the first round, the third user cancelled after the
/// restock. One more placement of the first round was committed last, so it has the highest identifier.
async fn world_with_rounds(database: &TestDatabase) -> (World, BookId, Vec<PreBooking>) {
    let world = World::open(database).await;
    let users = world.add_users(4).await;
    let book = world.add_book("Solaris", 0).await;
    let mut rounds: Vec<Vec<PreBooking>> = Vec::new();
    for ended in [true, true, false] {
        let mut placed = Vec::new();
        for user in &users[..3] {
            placed.push(world.add_pre_booking(*user, &world.book(book.id).await).await);
        }
        cancel(world.pre_bookings(), &world.clock, users[1], placed[1].id).await.unwrap();
        if ended {
            world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
            world.set_stock(book.id, 0).await.unwrap();
        }
        rounds.push(placed);
    }
    cancel(world.pre_bookings(), &world.clock, users[2], rounds[0][2].id).await.unwrap();
    world.sql.execute(&placement(users[3], &book)).await;
    let late = PreBookingId::from_stored(world.sql.value("SELECT max(id) FROM pre_bookings").await);
    rounds[0].push(world.pre_booking(users[3], late).await);
    let mut order = Vec::new();
    for placed in rounds.into_iter().rev().flat_map(|placed| placed.into_iter().rev()) {
        order.push(world.pre_booking(placed.user_id, placed.id).await);
    }
    (world, book.id, order)
}

fn of_status(order: &[PreBooking], status: Option<PreBookingStatus>) -> Vec<PreBookingId> {
    let matches = |one: &&PreBooking| status.is_none_or(|status| one.state.status() == status);
    order.iter().filter(matches).map(|one| one.id).collect()
}

fn statuses() -> impl Iterator<Item = Option<PreBookingStatus>> {
    [None].into_iter().chain(PreBookingStatus::ALL.map(Some))
}

async fn lists_the_latest_round_first_then_the_highest_identifier(database: TestDatabase) {
    let (world, book, order) = world_with_rounds(&database).await;
    let items = listed(&world, book, &query(None, None, 500)).await;
    for (item, expected) in items.iter().zip(&order) {
        assert_eq!(item.pre_booking, *expected);
        let user = world.users().find(expected.user_id).await.unwrap().unwrap();
        assert_eq!(item.email, user.email);
    }
    assert_eq!((items.len(), order.len()), (10, 10));
    let rounds: Vec<i64> = items.iter().map(|item| item.pre_booking.round.get()).collect();
    assert_eq!(rounds, [2, 2, 2, 1, 1, 1, 0, 0, 0, 0]);
}

async fn filters_by_status(database: TestDatabase) {
    let (world, book, order) = world_with_rounds(&database).await;
    for (status, expected) in
        [(PreBookingStatus::Waiting, 2), (PreBookingStatus::Notified, 4), (PreBookingStatus::Cancelled, 4)]
    {
        let items = listed(&world, book, &query(Some(status), None, 500)).await;
        assert_eq!(ids_of(&items), of_status(&order, Some(status)));
        assert_eq!(items.len(), expected, "{status:?}");
        assert!(items.iter().all(|item| item.pre_booking.state.status() == status));
    }
}

async fn pages_show_each_pre_booking_once(database: TestDatabase) {
    let (world, book, order) = world_with_rounds(&database).await;
    for limit in 1..=11 {
        for status in statuses() {
            let mut met = Vec::new();
            let mut after = None;
            loop {
                let query = query(status, after, limit);
                let page = list_of_book(world.books(), world.pre_booking_reader(), book, &query).await.unwrap();
                met.extend(ids_of(&page.items));
                assert!(met.len() < 100, "the walk goes in circles: {met:?}");
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(met, of_status(&order, status), "{limit} {status:?}");
        }
    }
}

async fn returns_one_more_than_the_limit_if_there_is_one(database: TestDatabase) {
    let (world, book, order) = world_with_rounds(&database).await;
    for (limit, expected) in [(1, 2), (9, 10), (10, 10), (11, 10)] {
        assert_eq!(listed(&world, book, &query(None, None, limit)).await.len(), expected, "{limit}");
    }
    let last = order.last().map(|last| (last.round, last.id));
    assert_eq!(listed(&world, book, &query(None, last, 1)).await, []);
}

async fn lists_nothing_of_other_books(database: TestDatabase) {
    let (world, book, order) = world_with_rounds(&database).await;
    let other = world.add_book("Fiasco", 0).await;
    assert_eq!(listed(&world, other.id, &query(None, None, 500)).await, []);
    let of_other = world.add_pre_booking(order[0].user_id, &other).await;
    world.set_stock(other.id, 5).await.unwrap();
    assert_eq!(ids_of(&listed(&world, other.id, &query(None, None, 500)).await), [of_other.id]);
    assert_eq!(ids_of(&listed(&world, book, &query(None, None, 500)).await), of_status(&order, None));
}

async fn rejects_an_unknown_book(database: TestDatabase) {
    let (world, ..) = world_with_rounds(&database).await;
    let query = query(None, None, 500);
    let result = list_of_book(world.books(), world.pre_booking_reader(), BookId::from_stored(99), &query).await;
    assert!(matches!(result, Err(ListOfBookError::BookNotFound)), "{result:?}");
}
