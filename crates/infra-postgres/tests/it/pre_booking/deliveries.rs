//! The delivery that `PreBookingReader` shows with a pre-booking, to its user and to admins.

use domain::PageSize;
use domain::account::UserId;
use domain::audit::Origin;
use domain::book::Book;
use domain::delivery::{DeliveryStatus, DeliverySummary, FannedOut, Reply, SkipReason, claim, fan_out, retry_all};
use domain::pre_booking::{BookPreBookingQuery, PreBooking, PreBookingQuery, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{
    POLICY, World, accepted, at, claim_one, deferred, fan_out_all, record, refused, replied, try_settle, try_skip,
};

pub(crate) fn suite() -> Suite {
    tests![
        shows_none_before_the_restock,
        shows_pending_from_the_restock_on,
        shows_each_state,
        shows_none_if_cancelled_while_waiting,
        shows_one_if_cancelled_after_the_restock,
        shows_each_pre_booking_its_own,
    ]
}

const PENDING: DeliverySummary = DeliverySummary { status: DeliveryStatus::Pending, delivered_at: None };

async fn world_with_a_pre_booking(database: &TestDatabase) -> (World, UserId, Book, PreBooking) {
    let world = World::open(database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let pre_booking = world.add_pre_booking(user, &book).await;
    (world, user, book, pre_booking)
}

/// Returns the delivery, which all methods of the reader must show alike.
async fn shown(world: &World, pre_booking: &PreBooking) -> Option<DeliverySummary> {
    let (reader, limit) = (world.pre_booking_reader(), PageSize::new(500).unwrap());
    let found = reader.find(pre_booking.user_id, pre_booking.id).await.unwrap().unwrap();
    let query = PreBookingQuery { status: None, after: None, limit };
    let of_user = reader.list(pre_booking.user_id, &query).await.unwrap();
    let listed = of_user.into_iter().find(|item| item.pre_booking.id == pre_booking.id).unwrap();
    assert_eq!(listed, found);
    let query = BookPreBookingQuery { status: None, after: None, limit };
    let of_book = reader.list_of_book(pre_booking.book_id, &query).await.unwrap();
    let listed = of_book.into_iter().find(|item| item.pre_booking.id == pre_booking.id).unwrap();
    assert_eq!((listed.pre_booking, listed.delivery), (found.pre_booking, found.delivery));
    found.delivery
}

async fn shows_none_before_the_restock(database: TestDatabase) {
    let (world, _, book, pre_booking) = world_with_a_pre_booking(&database).await;
    assert_eq!(shown(&world, &pre_booking).await, None);
    world.set_stock(book.id, 0).await.unwrap();
    fan_out_all(&world).await;
    assert_eq!(shown(&world, &pre_booking).await, None);
}

async fn shows_pending_from_the_restock_on(database: TestDatabase) {
    let (world, user, book, pre_booking) = world_with_a_pre_booking(&database).await;
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    claim(world.units(), &world.clock).await.unwrap();
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    let next_round = world.set_stock(book.id, 0).await.unwrap().book;
    let again = world.add_pre_booking(user, &next_round).await;
    assert_eq!((shown(&world, &pre_booking).await, shown(&world, &again).await), (Some(PENDING), None));
}

async fn shows_each_state(database: TestDatabase) {
    let (world, _, book, pre_booking) = world_with_a_pre_booking(&database).await;
    world.set_stock(book.id, 5).await.unwrap();
    fan_out_all(&world).await;
    let of_status = |status| Some(DeliverySummary { status, delivered_at: None });

    assert!(try_settle(&world, claim_one(&world).await, deferred()).await);
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    world.clock.set(at(3_600));
    assert!(try_settle(&world, claim_one(&world).await, refused()).await);
    assert_eq!(shown(&world, &pre_booking).await, of_status(DeliveryStatus::Failed));
    retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Failed).await.unwrap();
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    assert!(try_skip(&world, claim_one(&world).await, SkipReason::Deactivated).await);
    assert_eq!(shown(&world, &pre_booking).await, of_status(DeliveryStatus::Skipped));
    retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Skipped).await.unwrap();
    let delivered = replied(&world, accepted());
    assert!(record(&world, claim_one(&world).await, delivered.clone()).await);
    let delivered_at = delivered.settle(0, &POLICY, 0.0).state.delivered_at();
    assert!(delivered_at.is_some());
    let status = DeliveryStatus::Delivered;
    assert_eq!(shown(&world, &pre_booking).await, Some(DeliverySummary { status, delivered_at }));
    // The e-mail was accepted after the restock notified the user.
    assert!(world.pre_booking(pre_booking.user_id, pre_booking.id).await.state.notified_at() < delivered_at);
}

async fn shows_none_if_cancelled_while_waiting(database: TestDatabase) {
    let (world, user, book, pre_booking) = world_with_a_pre_booking(&database).await;
    cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await.unwrap();
    world.set_stock(book.id, 5).await.unwrap();
    fan_out_all(&world).await;
    assert_eq!(shown(&world, &pre_booking).await, None);
}

async fn shows_one_if_cancelled_after_the_restock(database: TestDatabase) {
    let (world, user, book, pre_booking) = world_with_a_pre_booking(&database).await;
    world.set_stock(book.id, 5).await.unwrap();
    cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await.unwrap();
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    fan_out_all(&world).await;
    assert_eq!(shown(&world, &pre_booking).await, Some(PENDING));
    assert!(try_skip(&world, claim_one(&world).await, SkipReason::Cancelled).await);
    assert_eq!(shown(&world, &pre_booking).await.map(|shown| shown.status), Some(DeliveryStatus::Skipped));
}

async fn shows_each_pre_booking_its_own(database: TestDatabase) {
    let world = World::open(&database).await;
    let (users, books) =
        (world.add_users(3).await, [world.add_book("Solaris", 0).await, world.add_book("Eden", 0).await]);
    let mut placed = Vec::new();
    for book in &books {
        for user in &users {
            placed.push(world.add_pre_booking(*user, book).await);
        }
        world.set_stock(book.id, 5).await.unwrap();
    }
    fan_out_all(&world).await;
    let mut expected = Vec::new();
    for (number, claimed) in claim(world.units(), &world.clock).await.unwrap().into_iter().enumerate() {
        let reply = if number % 2 == 0 { accepted() } else { Reply::Refused("no".to_owned()) };
        let finding = replied(&world, reply);
        assert!(record(&world, claimed, finding.clone()).await);
        let state = finding.settle(0, &POLICY, 0.0).state;
        let (status, delivered_at) = (state.status(), state.delivered_at());
        expected.push(Some(DeliverySummary { status, delivered_at }));
    }
    for (pre_booking, expected) in placed.iter().zip(expected) {
        assert_eq!(shown(&world, pre_booking).await, expected);
    }
}
