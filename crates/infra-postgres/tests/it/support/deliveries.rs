//! Deliveries, and what workers do with them.

use std::num::NonZeroU32;

use domain::account::UserId;
use domain::book::Book;
use domain::delivery::{
    Attempt, ClaimedDelivery, Delivery, DeliveryId, DeliveryQuery, FanOutProgress, FannedOut, Finding, Jitter, Reply,
    RetryPolicy, SkipReason, claim, fan_out, settle,
};
use domain::{Clock, PageSize, Timestamp};
use test_support::TestDatabase;

use crate::support::{World, literal};

pub(crate) const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

/// Returns a store with this many deliveries, which are due.
pub(crate) async fn world_with_deliveries(database: &TestDatabase, number: usize) -> (World, Vec<DeliveryId>) {
    let world = World::open(database).await;
    world.add_users(number).await;
    let ids = add_deliveries(&world).await;
    assert_eq!(ids.len(), number);
    (world, ids)
}

/// Lets every user pre-book a new book, restocks it, and fans out. Returns the new deliveries.
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
    assert_eq!(world.sql.execute(&format!("{columns} {rows}")).await, number.unsigned_abs());
}

/// Returns the SQL of a placement in the round of `book`, which may have ended meanwhile.
pub(crate) fn placement(user: UserId, book: &Book) -> String {
    let (user, id, round) = (user.get(), book.id.get(), book.round.get());
    let created_at = literal(book.created_at);
    format!(
        "INSERT INTO pre_bookings (user_id, book_id, round, created_at) VALUES ({user}, {id}, {round}, {created_at})"
    )
}

/// Fans out until no restock is due. Returns the number of batches.
pub(crate) async fn fan_out_all(world: &World) -> usize {
    let mut batches = 0;
    while fan_out(world.units(), &world.clock).await.unwrap() == FannedOut::Batch {
        batches += 1;
        assert!(batches < 100, "the fan-out goes in circles");
    }
    batches
}

/// Returns when the final walk of the only restock is due. Its first walk has ended.
pub(crate) async fn final_walk_due_at(world: &World) -> Timestamp {
    let first_walk_ended_at: Timestamp = world.sql.value("SELECT first_walk_ended_at FROM restocks").await;
    first_walk_ended_at + FanOutProgress::FINAL_AFTER
}

/// Returns all deliveries, oldest first, of which there must be at most 500.
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

/// Claims what is due, as a worker does.
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

/// The same jitter each time.
pub(crate) struct FixedJitter(pub(crate) f64);

impl Jitter for FixedJitter {
    fn fraction(&self) -> f64 {
        self.0
    }
}

/// Returns a reply that came now.
pub(crate) fn replied(world: &World, reply: Reply) -> Finding {
    Finding::Replied { reply, at: world.clock.now() }
}

/// Records a finding if the claim still holds, and returns whether it does.
pub(crate) async fn record(world: &World, claimed: ClaimedDelivery, finding: Finding) -> bool {
    settle(world.units(), &FixedJitter(0.0), &POLICY, &claimed, finding).await.unwrap().is_some()
}

/// Records a reply if the claim still holds, and returns whether it does.
pub(crate) async fn try_settle(world: &World, claimed: ClaimedDelivery, reply: Reply) -> bool {
    record(world, claimed, replied(world, reply)).await
}

/// Records that a delivery was skipped if the claim still holds, and returns whether it does.
pub(crate) async fn try_skip(world: &World, claimed: ClaimedDelivery, reason: SkipReason) -> bool {
    record(world, claimed, Finding::Skipped(reason)).await
}
