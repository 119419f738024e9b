//! Placements and cancels that overlap with others (PostgreSQL).

use domain::account::UserId;
use domain::book::Book;
use domain::pre_booking::{AddedPreBooking, CancelError, PreBookingState, cancel};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{World, added, open_patient, placement, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        a_placement_that_waits_for_its_duplicate_adds_nothing,
        a_placement_that_waits_for_a_duplicate_that_fails_is_added,
        placements_of_one_user_take_turns_at_the_limit,
        a_cancel_that_waits_for_another_is_rejected,
    ]
    .only_on(Engine::Postgres)
}

async fn world_with_a_book(database: &TestDatabase) -> (World, UserId, Book) {
    let world = open_patient(database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    (world, user, book)
}

/// I1.
async fn a_placement_that_waits_for_its_duplicate_adds_nothing(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let duplicate = Bystander::connect(database.url()).await.begin(&placement(user, &book)).await;
    let placed = run_blocked(&world.sql, world.try_add_pre_booking(user, &book), duplicate.commit()).await;
    assert!(matches!(placed, AddedPreBooking::Duplicate(_)), "{placed:?}");
    assert_eq!(world.sql.column::<String>("SELECT status FROM pre_booking_statuses").await, ["waiting"]);
}

async fn a_placement_that_waits_for_a_duplicate_that_fails_is_added(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let duplicate = Bystander::connect(database.url()).await.begin(&placement(user, &book)).await;
    let placed = run_blocked(&world.sql, world.add_pre_booking(user, &book), duplicate.rollback()).await;
    assert_eq!(world.pre_booking(user, placed.id).await, placed);
}

/// The second placement began before the first was committed, and still counts it. Another user's does not wait.
async fn placements_of_one_user_take_turns_at_the_limit(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let other_user = world.add_user("grace").await.id;
    let other_book = world.add_book("Fiasco", 0).await;
    let holder = Bystander::connect(database.url()).await;
    let first = holder.begin(&format!("SELECT may_wait({}, 1); {}", user.get(), placement(user, &book))).await;
    added(world.try_add_pre_booking_of(1, other_user, &other_book).await);
    let second = world.try_add_pre_booking_of(1, user, &other_book);
    let second = run_blocked(&world.sql, second, first.commit()).await;
    assert_eq!(second, AddedPreBooking::LimitReached);
    let waiting = "SELECT count(*) FROM pre_bookings GROUP BY user_id";
    assert_eq!(world.sql.column::<i64>(waiting).await, [1, 1]);
}

/// I5.
async fn a_cancel_that_waits_for_another_is_rejected(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let placed = world.add_pre_booking(user, &book).await;
    let first = "UPDATE pre_bookings SET cancelled_at = created_at";
    let first = Bystander::connect(database.url()).await.begin(first).await;
    let second = cancel(world.pre_bookings(), &world.clock, user, placed.id);
    let second = run_blocked(&world.sql, second, first.commit()).await;
    assert!(matches!(second, Err(CancelError::AlreadyCancelled(_))), "{second:?}");
    let cancelled = PreBookingState::Cancelled { at: placed.created_at, notified_at: None };
    assert_eq!(world.pre_booking(user, placed.id).await.state, cancelled);
}
