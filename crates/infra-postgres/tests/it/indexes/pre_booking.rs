use domain::PageSize;
use domain::account::UserId;
use domain::book::{BookId, Round};
use domain::pre_booking::{
    BookPreBookingQuery, PreBookingId, PreBookingPosition, PreBookingQuery, PreBookingStatus, cancel,
};
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::{World, at};

pub(crate) fn suite() -> Suite {
    tests![pre_bookings_are_found_by_index, the_pre_bookings_of_a_book_are_found_by_index].only_on(Engine::Postgres)
}

async fn pre_bookings_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let (user, id) = (UserId::from_stored(500), PreBookingId::from_stored(500));
    for status in [None, Some(PreBookingStatus::Waiting)] {
        for after in [None, Some(PreBookingPosition { created_at: at(0), id: PreBookingId::from_stored(1_000_000) })] {
            let query = PreBookingQuery { status, after, limit: PageSize::new(5).unwrap() };
            let listed = scans
                .of(async |world| {
                    assert_eq!(world.pre_booking_reader().list(user, &query).await.unwrap().len(), 6);
                })
                .await;
            assert_served_by(["books_pkey", "uq_restocks_book_round", "ix_pre_bookings_user_created_at"], &listed);
        }
    }
    let found = scans.of(async |world| drop(world.pre_booking_reader().find(user, id).await.unwrap().unwrap())).await;
    assert_served_by(["books_pkey", "uq_restocks_book_round", "pre_bookings_pkey"], &found);
    let cancelled = scans.of(async |world| cancel(world.pre_bookings(), &world.clock, user, id).await.unwrap()).await;
    assert_served_by(["pre_bookings_pkey", "uq_restocks_book_round"], &cancelled);
    let placed = scans
        .of(async |world| {
            let book = world.book(BookId::from_stored(950)).await;
            world.add_pre_booking(user, &book).await;
        })
        .await;
    // The foreign keys look up the user and the book.
    assert_served_by(["books_pkey", "users_pkey"], &placed);
}

async fn the_pre_bookings_of_a_book_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
    let (book, limit) = (BookId::from_stored(400), PageSize::new(5).unwrap());
    for status in [None, Some(PreBookingStatus::Notified)] {
        for after in [None, Some((Round::from_stored(0), PreBookingId::from_stored(1_000_000)))] {
            let query = BookPreBookingQuery { status, after, limit };
            let listed = scans
                .of(async |world: &World| {
                    assert_eq!(world.pre_booking_reader().list_of_book(book, &query).await.unwrap().len(), 6);
                })
                .await;
            let expected =
                ["ix_pre_bookings_book_round", "uq_restocks_book_round", "uq_deliveries_pre_booking", "users_pkey"];
            assert_served_by(expected, &listed);
        }
    }
    let query = PreBookingQuery { status: None, after: None, limit };
    let user = UserId::from_stored(500);
    let listed = scans.of(async |world| drop(world.pre_booking_reader().list(user, &query).await.unwrap())).await;
    assert_served_by(["ix_pre_bookings_user_created_at", "uq_deliveries_pre_booking"], &listed);
}
