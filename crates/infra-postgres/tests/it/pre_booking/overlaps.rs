//! Placements and cancels that overlap with others (PostgreSQL).

use domain::account::UserId;
use domain::book::Book;
use domain::pre_booking::{CancelError, PreBookingState, cancel};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{World, open_patient, placement, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        a_placement_that_waits_for_its_duplicate_adds_nothing,
        a_placement_that_waits_for_a_duplicate_that_fails_is_added,
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
    assert_eq!(placed, None);
    assert_eq!(world.sql.column::<String>("SELECT status FROM pre_booking_statuses").await, ["waiting"]);
}

async fn a_placement_that_waits_for_a_duplicate_that_fails_is_added(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let duplicate = Bystander::connect(database.url()).await.begin(&placement(user, &book)).await;
    let placed = run_blocked(&world.sql, world.try_add_pre_booking(user, &book), duplicate.rollback()).await.unwrap();
    assert_eq!(world.pre_booking(user, placed.id).await, placed);
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
