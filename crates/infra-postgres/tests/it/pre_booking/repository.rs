//! `PreBookingRepository` (I1, I5, I6, I8).

use domain::account::UserId;
use domain::book::{Book, BookId};
use domain::pre_booking::{
    AddedPreBooking, CancelError, NewPreBooking, PreBooking, PreBookingId, PreBookingState, PreBookingStatus, cancel,
};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{MAX_WAITING, World, added, at, at_micros};

pub(crate) fn suite() -> Suite {
    tests![
        finds_a_pre_booking_as_it_was_placed,
        finds_nothing_for_another_user,
        adds_no_second_one_until_the_first_is_cancelled,
        adds_one_for_each_user_and_book,
        adds_one_in_the_next_round_after_a_notification,
        the_database_itself_rejects_a_second_waiting_one,
        adds_nothing_for_a_deleted_book,
        adds_nothing_in_a_round_that_has_ended,
        adds_no_more_than_may_wait,
        saves_no_cancel_that_was_decided_on_another_status,
        saves_one_cancel,
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

async fn finds_a_pre_booking_as_it_was_placed(database: TestDatabase) {
    let (world, user_id, book) = world_with_a_book(&database).await;
    for created_at in [at(0), at_micros(1_000_001), at_micros(2_500_000)] {
        let new = NewPreBooking { user_id, book_id: book.id, round: book.round, created_at };
        let added = added(world.pre_bookings().add(&new, MAX_WAITING).await.unwrap());
        let NewPreBooking { book_id, round, .. } = new;
        assert_eq!(
            added,
            PreBooking { id: added.id, user_id, book_id, round, created_at, state: PreBookingState::Waiting }
        );
        assert_eq!(world.pre_booking(user_id, added.id).await, added);
        let shown = world.pre_booking_reader().find(user_id, added.id).await.unwrap().unwrap();
        assert_eq!((shown.title, shown.author), (book.details.title.clone(), book.details.author.clone()));
        cancel(world.pre_bookings(), &world.clock, user_id, added.id).await.unwrap();
    }
}

async fn finds_nothing_for_another_user(database: TestDatabase) {
    let (world, ada, book) = world_with_a_book(&database).await;
    let grace = world.add_user("grace").await.id;
    let hers = world.add_pre_booking(ada, &book).await;
    let unknown = PreBookingId::from_stored(hers.id.get() + 1);
    for (user, id) in [(grace, hers.id), (ada, unknown)] {
        assert_eq!(world.pre_bookings().find(user, id).await.unwrap(), None);
        assert_eq!(world.pre_booking_reader().find(user, id).await.unwrap(), None);
        let result = cancel(world.pre_bookings(), &world.clock, user, id).await;
        assert!(matches!(result, Err(CancelError::NotFound)), "{result:?}");
    }
    assert_eq!(status(&world, &hers).await, PreBookingState::Waiting);
}

async fn adds_no_second_one_until_the_first_is_cancelled(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    // Ten times, because PostgreSQL may choose another plan after the fifth.
    for _ in 0..10 {
        let first = world.add_pre_booking(user, &book).await;
        assert_eq!(world.try_add_pre_booking(user, &book).await, AddedPreBooking::Duplicate(first.id));
        cancel(world.pre_bookings(), &world.clock, user, first.id).await.unwrap();
    }
    let rows: Vec<i64> = world.sql.column("SELECT count(*) FROM pre_booking_statuses GROUP BY status").await;
    assert_eq!(rows, [10]);
}

async fn adds_one_for_each_user_and_book(database: TestDatabase) {
    let (world, ada, book) = world_with_a_book(&database).await;
    let grace = world.add_user("grace").await.id;
    let other = world.add_book("Fiasco", 0).await;
    world.add_pre_booking(ada, &book).await;
    world.add_pre_booking(grace, &book).await;
    world.add_pre_booking(ada, &other).await;
}

/// I6.
async fn adds_one_in_the_next_round_after_a_notification(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let first = world.add_pre_booking(user, &book).await;
    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    let book = world.set_stock(book.id, 0).await.unwrap().book;
    let second = world.add_pre_booking(user, &book).await;
    assert_eq!(world.try_add_pre_booking(user, &book).await, AddedPreBooking::Duplicate(second.id));
    assert_eq!(status(&world, &first).await, PreBookingState::Notified { at: restock.restocked_at });
    assert_eq!(status(&world, &second).await, PreBookingState::Waiting);
}

/// I1, also for plain SQL.
async fn the_database_itself_rejects_a_second_waiting_one(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let insert = |round: i64| {
        format!(
            "INSERT INTO pre_bookings (user_id, book_id, round) VALUES ({}, {}, {round})",
            user.get(),
            book.id.get()
        )
    };
    world.sql.execute(&insert(0)).await;
    let error = world.sql.try_execute(&insert(0)).await.unwrap_err();
    assert!(matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))), "{error}");
    world.sql.execute(&insert(1)).await;
    world.sql.execute("UPDATE pre_bookings SET cancelled_at = created_at").await;
    world.sql.execute(&insert(0)).await;
    let error = world.sql.try_execute("UPDATE pre_bookings SET cancelled_at = NULL").await.unwrap_err();
    assert!(matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))), "{error}");
}

async fn adds_nothing_for_a_deleted_book(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    world.catalog().delete(book.id).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &book).await, AddedPreBooking::Outdated);
}

async fn adds_nothing_in_a_round_that_has_ended(database: TestDatabase) {
    let (world, user, read_before) = world_with_a_book(&database).await;
    world.set_stock(read_before.id, 5).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &read_before).await, AddedPreBooking::Outdated);
    world.set_stock(read_before.id, 0).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &read_before).await, AddedPreBooking::Outdated);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM pre_bookings").await, 0);
    world.add_pre_booking(user, &world.book(read_before.id).await).await;
}

async fn adds_no_more_than_may_wait(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let (second, third) = (world.add_book("Fiasco", 0).await, world.add_book("Eden", 0).await);
    let other_user = world.add_user("grace").await.id;
    let first = world.add_pre_booking(user, &book).await;
    world.add_pre_booking(user, &second).await;
    // Ten times, because PostgreSQL may choose another plan after the fifth.
    for _ in 0..10 {
        assert_eq!(world.try_add_pre_booking_of(2, user, &third).await, AddedPreBooking::LimitReached);
        let duplicate = AddedPreBooking::Duplicate(first.id);
        assert_eq!(world.try_add_pre_booking_of(2, user, &book).await, duplicate, "a duplicate is told as such");
        let of_another = added(world.try_add_pre_booking_of(1, other_user, &third).await);
        cancel(world.pre_bookings(), &world.clock, other_user, of_another.id).await.unwrap();

        // Neither those that were cancelled nor those that were notified count.
        let more = added(world.try_add_pre_booking_of(3, user, &third).await);
        cancel(world.pre_bookings(), &world.clock, user, more.id).await.unwrap();
    }
    world.set_stock(second.id, 5).await.unwrap().restock.unwrap();
    added(world.try_add_pre_booking_of(2, user, &third).await);
    let fourth = world.add_book("Solaris 2", 0).await;
    assert_eq!(world.try_add_pre_booking_of(2, user, &fourth).await, AddedPreBooking::LimitReached);
}

/// I5.
async fn saves_no_cancel_that_was_decided_on_another_status(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let waiting = world.add_pre_booking(user, &book).await;
    let as_waiting = waiting.clone().cancel(at(60)).unwrap();
    let as_notified =
        PreBooking { state: PreBookingState::Notified { at: at(50) }, ..waiting.clone() }.cancel(at(60)).unwrap();

    assert!(!world.pre_bookings().save_cancelled(&as_notified, PreBookingStatus::Notified).await.unwrap());
    assert_eq!(status(&world, &waiting).await, PreBookingState::Waiting);

    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    assert!(!world.pre_bookings().save_cancelled(&as_waiting, PreBookingStatus::Waiting).await.unwrap());
    let notified = world.pre_booking(user, waiting.id).await;
    assert_eq!(notified.state, PreBookingState::Notified { at: restock.restocked_at });

    let cancelled = notified.cancel(at(60)).unwrap();
    assert!(world.pre_bookings().save_cancelled(&cancelled, PreBookingStatus::Notified).await.unwrap());
    assert_eq!(world.pre_booking(user, cancelled.id).await, cancelled);
    for (again, decided_on) in [(&cancelled, PreBookingStatus::Notified), (&as_waiting, PreBookingStatus::Waiting)] {
        assert!(!world.pre_bookings().save_cancelled(again, decided_on).await.unwrap());
    }
    assert_eq!(world.pre_booking(user, cancelled.id).await, cancelled);
}

async fn saves_one_cancel(database: TestDatabase) {
    let (world, ada, book) = world_with_a_book(&database).await;
    let grace = world.add_user("grace").await.id;
    let (hers, other) = (world.add_pre_booking(ada, &book).await, world.add_pre_booking(grace, &book).await);
    let cancelled = hers.cancel(at(60)).unwrap();
    let unknown = PreBooking { id: PreBookingId::from_stored(99), ..cancelled.clone() };
    assert!(!world.pre_bookings().save_cancelled(&unknown, PreBookingStatus::Waiting).await.unwrap());
    assert!(world.pre_bookings().save_cancelled(&cancelled, PreBookingStatus::Waiting).await.unwrap());
    // Its other details differ from those in the store, and must not be written.
    let stale =
        PreBooking { book_id: BookId::from_stored(99), created_at: at(1), ..other.clone() }.cancel(at(61)).unwrap();
    assert_eq!(status(&world, &other).await, PreBookingState::Waiting);
    assert!(world.pre_bookings().save_cancelled(&stale, PreBookingStatus::Waiting).await.unwrap());
    assert_eq!(world.pre_booking(grace, other.id).await, other.cancel(at(61)).unwrap());
}
