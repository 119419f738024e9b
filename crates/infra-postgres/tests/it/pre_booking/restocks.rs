//! What restocks do to pre-bookings (I2, I3, I5).

use chrono::TimeDelta;
use domain::account::UserId;
use domain::book::Book;
use domain::pre_booking::{CancelError, PreBooking, PreBookingId, PreBookingState, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, placement};

pub(crate) fn suite() -> Suite {
    tests![
        notifies_every_waiting_user_of_the_book,
        a_placement_that_overlaps_with_its_restock_is_notified_at_once,
        no_other_stock_change_is_a_restock,
        cancellation_is_final,
    ]
}

async fn world_with_a_book(database: &TestDatabase) -> (World, UserId, Book) {
    let world = World::open(database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    (world, user, book)
}

async fn status(world: &World, pre_booking: &PreBooking) -> PreBookingState {
    world.pre_booking(pre_booking.user_id, pre_booking.id).await.state
}

async fn notifies_every_waiting_user_of_the_book(database: TestDatabase) {
    let (world, _, book) = world_with_a_book(&database).await;
    let users = world.add_users(20).await;
    let other = world.add_book("Fiasco", 0).await;
    let mut waiting = Vec::new();
    for user in &users {
        waiting.push(world.add_pre_booking(*user, &book).await);
    }
    let of_another_book = world.add_pre_booking(users[0], &other).await;
    let restock = world.set_stock(book.id, 1).await.unwrap().restock.unwrap();
    for pre_booking in &waiting {
        assert_eq!(status(&world, pre_booking).await, PreBookingState::Notified { at: restock.restocked_at });
    }
    assert_eq!(status(&world, &of_another_book).await, PreBookingState::Waiting);
}

/// I2.
async fn a_placement_that_overlaps_with_its_restock_is_notified_at_once(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    // Its statement began before the restock and ends after it.
    for created_at in [restock.restocked_at - TimeDelta::seconds(1), restock.restocked_at + TimeDelta::seconds(1)] {
        world.sql.execute(&placement(user, &Book { created_at, ..book.clone() })).await;
        let id = PreBookingId::from_stored(world.sql.value("SELECT max(id) FROM pre_bookings").await);
        let at = restock.restocked_at.max(created_at);
        assert_eq!(world.pre_booking(user, id).await.state, PreBookingState::Notified { at });
        cancel(world.pre_bookings(), &world.clock, user, id).await.unwrap();
    }
}

/// I3.
async fn no_other_stock_change_is_a_restock(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let restocks = "SELECT count(*) FROM restocks";
    let waiting = world.add_pre_booking(user, &book).await;
    assert_eq!(world.set_stock(book.id, 0).await.unwrap().restock, None);
    assert_eq!((status(&world, &waiting).await, world.sql.value::<i64>(restocks).await), (PreBookingState::Waiting, 0));

    let at_first = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    for quantity in [5, 10, 1, 0, 0] {
        let change = world.set_stock(book.id, quantity).await.unwrap();
        assert_eq!((change.restock, change.book.round.get()), (None, 1), "{quantity}");
        assert_eq!(world.book(book.id).await, change.book, "{quantity}");
    }
    let again = world.add_pre_booking(user, &world.book(book.id).await).await;
    assert_eq!(world.set_stock(book.id, 0).await.unwrap().restock, None);
    assert_eq!(status(&world, &waiting).await, PreBookingState::Notified { at: at_first });
    assert_eq!((status(&world, &again).await, world.sql.value::<i64>(restocks).await), (PreBookingState::Waiting, 1));
}

/// I5: no restock revives or notifies a cancelled pre-booking, and a second cancel is rejected.
async fn cancellation_is_final(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let mut expected = Vec::new();
    for notify_first in [false, true] {
        let book = world.book(book.id).await;
        let placed = world.add_pre_booking(user, &book).await;
        if notify_first {
            world.set_stock(book.id, 5).await.unwrap();
        }
        let before = status(&world, &placed).await;
        cancel(world.pre_bookings(), &world.clock, user, placed.id).await.unwrap();
        let cancelled = status(&world, &placed).await;
        assert!(
            matches!(cancelled, PreBookingState::Cancelled { notified_at, .. } if notified_at == before.notified_at())
        );
        assert_eq!(before.notified_at().is_some(), notify_first);
        expected.push((placed, cancelled));
        world.set_stock(book.id, 0).await.unwrap();
    }
    world.set_stock(book.id, 7).await.unwrap();
    for (placed, cancelled) in expected {
        let again = cancel(world.pre_bookings(), &world.clock, user, placed.id).await;
        assert!(matches!(again, Err(CancelError::AlreadyCancelled(_))), "{again:?}");
        assert_eq!(status(&world, &placed).await, cancelled);
    }
}
