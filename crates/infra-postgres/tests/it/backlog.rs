//! What the tests of deliveries share: pre-bookings that a restock notified, and their way to a mail server.

use std::num::NonZeroU32;

use domain::account::UserId;
use domain::book::Book;
use domain::delivery::{
    Attempt, ClaimedDelivery, Delivery, DeliveryId, DeliveryQuery, FannedOut, Reply, RetryPolicy, Settlement, claim,
    fan_out, settle,
};
use domain::{Clock, PageSize};
use test_support::TestDatabase;

use crate::support::{World, literal};

const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

/// A store in which a restock notified so many users, who have deliveries that are due.
pub(crate) async fn world_with_deliveries(database: &TestDatabase, number: usize) -> (World, Vec<DeliveryId>) {
    let world = World::open(database).await;
    world.add_users(number).await;
    let ids = add_deliveries(&world).await;
    assert_eq!(ids.len(), number);
    (world, ids)
}

/// Lets every user pre-book a new book, restocks it, and makes their deliveries.
pub(crate) async fn add_deliveries(world: &World) -> Vec<DeliveryId> {
    let book = world.add_book("Solaris", 0).await;
    let number = world.sql.value("SELECT count(*) FROM users").await;
    load_pre_bookings(world, &book, number).await;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    fan_out_all(world).await;
    let of_book = format!("SELECT id FROM deliveries WHERE book_id = {} ORDER BY id", book.id.get());
    let ids: Vec<i64> = world.sql.column(&of_book).await;
    ids.into_iter().map(DeliveryId::from_stored).collect()
}

/// Lets the first users pre-book a book, in one statement.
pub(crate) async fn load_pre_bookings(world: &World, book: &Book, number: i64) {
    let (id, round, created_at) = (book.id.get(), book.round.get(), literal(world.clock.now()));
    let rows = format!("SELECT id, {id}, {round}, {created_at} FROM users ORDER BY id LIMIT {number}");
    let columns = "INSERT INTO pre_bookings (user_id, book_id, round, created_at)";
    assert_eq!(world.sql.run(&format!("{columns} {rows}")).await, number.unsigned_abs());
}

/// A placement in a round that may have ended, as a statement that began before makes it.
pub(crate) fn placement(user: UserId, book: &Book) -> String {
    let (user, id, round) = (user.get(), book.id.get(), book.round.get());
    let created_at = literal(book.created_at);
    format!(
        "INSERT INTO pre_bookings (user_id, book_id, round, created_at) VALUES ({user}, {id}, {round}, {created_at})"
    )
}

/// Makes deliveries until no restock has its turn. Gives how many batches it took.
pub(crate) async fn fan_out_all(world: &World) -> usize {
    let mut batches = 0;
    while fan_out(world.units(), &world.clock).await.unwrap() == FannedOut::Batch {
        batches += 1;
        assert!(batches < 100, "the fan-out goes in circles");
    }
    batches
}

/// All deliveries, the oldest first, of which there must be few.
pub(crate) async fn all(world: &World) -> Vec<Delivery> {
    let query = DeliveryQuery { status: None, book_id: None, after: None, limit: PageSize::new(500).unwrap() };
    let mut deliveries = world.deliveries().list(&query).await.unwrap();
    deliveries.reverse();
    deliveries
}

pub(crate) async fn delivery(world: &World, id: DeliveryId) -> Delivery {
    world.deliveries().find(id).await.unwrap().unwrap()
}

pub(crate) async fn attempts(world: &World, id: DeliveryId) -> Vec<Attempt> {
    world.deliveries().list_attempts(id).await.unwrap()
}

/// Claims as a worker does.
pub(crate) async fn claim_some(world: &World) -> Vec<ClaimedDelivery> {
    claim(world.units(), &world.clock).await.unwrap()
}

/// Claims the only delivery that is due.
pub(crate) async fn claim_one(world: &World) -> ClaimedDelivery {
    let [claimed] = claim_some(world).await.try_into().unwrap();
    claimed
}

pub(crate) fn accepted() -> Reply {
    Reply::Accepted("250 2.0.0 taken".to_owned())
}

pub(crate) fn refused() -> Reply {
    Reply::Refused("550 5.1.1 nobody of that name".to_owned())
}

pub(crate) fn deferred() -> Reply {
    Reply::Deferred("451 4.3.0 come back later".to_owned())
}

/// What follows from a reply at this moment.
pub(crate) fn settlement(world: &World, claimed: ClaimedDelivery, reply: Reply) -> Settlement {
    claimed.replied(reply, &POLICY, 0.0, world.clock.now())
}

/// Records a reply, if the claim still holds.
pub(crate) async fn try_settle(world: &World, claimed: ClaimedDelivery, reply: Reply) -> bool {
    settle(world.units(), &settlement(world, claimed, reply)).await.unwrap()
}
