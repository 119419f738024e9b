//! `PreBookingRepository`, and how restocks meet pre-bookings (I1, I2, I3, I5, I6, I8).

use chrono::TimeDelta;
use domain::account::UserId;
use domain::book::{Book, BookId};
use domain::pre_booking::{CancelError, NewPreBooking, PreBooking, PreBookingId, Status, StatusKind, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros, literal};

pub(crate) fn suite() -> Suite {
    tests![
        a_pre_booking_is_found_as_it_was_placed,
        another_users_pre_booking_does_not_exist,
        a_second_one_is_a_duplicate_until_the_first_is_cancelled,
        others_are_no_duplicates,
        a_notified_user_waits_again_in_the_next_round,
        the_database_itself_refuses_a_second_waiting_one,
        a_book_that_was_deleted_meanwhile_is_not_pre_booked,
        a_restock_notifies_everyone_who_waits_for_the_book,
        a_placement_that_a_restock_overtook_is_notified_at_once,
        a_placement_is_refused_in_a_round_that_has_ended,
        no_other_stock_change_is_a_restock,
        a_cancel_is_decided_on_the_status_of_the_moment,
        a_cancelled_one_stays_what_it_was,
        a_cancel_writes_one_pre_booking,
    ]
}

async fn world_with_a_book(database: &TestDatabase) -> (World, UserId, Book) {
    let world = World::open(database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    (world, user, book)
}

async fn status(world: &World, pre_booking: &PreBooking) -> Status {
    world.pre_booking(pre_booking.user_id, pre_booking.id).await.status
}

async fn a_pre_booking_is_found_as_it_was_placed(database: TestDatabase) {
    let (world, user_id, book) = world_with_a_book(&database).await;
    for created_at in [at(0), at_micros(1_000_001), at_micros(2_500_000)] {
        let new = NewPreBooking { user_id, book_id: book.id, round: book.round, created_at };
        let added = world.pre_bookings().add(&new).await.unwrap().unwrap();
        let NewPreBooking { book_id, round, .. } = new;
        assert_eq!(added, PreBooking { id: added.id, user_id, book_id, round, created_at, status: Status::Waiting });
        assert_eq!(world.pre_booking(user_id, added.id).await, added);
        let shown = world.pre_booking_reader().find(user_id, added.id).await.unwrap().unwrap();
        assert_eq!((shown.title, shown.author), (book.details.title.clone(), book.details.author.clone()));
        cancel(world.pre_bookings(), &world.clock, user_id, added.id).await.unwrap();
    }
}

async fn another_users_pre_booking_does_not_exist(database: TestDatabase) {
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
    assert_eq!(status(&world, &hers).await, Status::Waiting);
}

async fn a_second_one_is_a_duplicate_until_the_first_is_cancelled(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    // Often, since PostgreSQL plans a statement anew for a while before it settles on a plan.
    for _ in 0..10 {
        let first = world.add_pre_booking(user, &book).await;
        assert_eq!(world.try_add_pre_booking(user, &book).await, None);
        cancel(world.pre_bookings(), &world.clock, user, first.id).await.unwrap();
    }
    let rows: Vec<i64> = world.sql.column("SELECT count(*) FROM pre_booking_statuses GROUP BY status").await;
    assert_eq!(rows, [10]);
}

async fn others_are_no_duplicates(database: TestDatabase) {
    let (world, ada, book) = world_with_a_book(&database).await;
    let grace = world.add_user("grace").await.id;
    let other = world.add_book("Fiasco", 0).await;
    world.add_pre_booking(ada, &book).await;
    world.add_pre_booking(grace, &book).await;
    world.add_pre_booking(ada, &other).await;
}

/// I6.
async fn a_notified_user_waits_again_in_the_next_round(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let first = world.add_pre_booking(user, &book).await;
    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    let book = world.set_stock(book.id, 0).await.unwrap().book;
    let second = world.add_pre_booking(user, &book).await;
    assert_eq!(world.try_add_pre_booking(user, &book).await, None);
    assert_eq!(status(&world, &first).await, Status::Notified { at: restock.restocked_at });
    assert_eq!(status(&world, &second).await, Status::Waiting);
}

/// I1, for whoever comes with SQL.
async fn the_database_itself_refuses_a_second_waiting_one(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let insert = |round: i64| {
        format!(
            "INSERT INTO pre_bookings (user_id, book_id, round) VALUES ({}, {}, {round})",
            user.get(),
            book.id.get()
        )
    };
    world.sql.run(&insert(0)).await;
    let error = world.sql.try_run(&insert(0)).await.unwrap_err();
    assert!(matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))), "{error}");
    world.sql.run(&insert(1)).await;
    world.sql.run("UPDATE pre_bookings SET cancelled_at = created_at").await;
    world.sql.run(&insert(0)).await;
    let error = world.sql.try_run("UPDATE pre_bookings SET cancelled_at = NULL").await.unwrap_err();
    assert!(matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_))), "{error}");
}

async fn a_book_that_was_deleted_meanwhile_is_not_pre_booked(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    world.catalog().delete(book.id).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &book).await, None);
}

async fn a_restock_notifies_everyone_who_waits_for_the_book(database: TestDatabase) {
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
        assert_eq!(status(&world, pre_booking).await, Status::Notified { at: restock.restocked_at });
    }
    assert_eq!(status(&world, &of_another_book).await, Status::Waiting);
}

/// I2: the book was read before the restock, and the pre-booking is added after it.
async fn a_placement_that_a_restock_overtook_is_notified_at_once(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    // Its statement began before the restock and ends behind it.
    for created_at in [restock.restocked_at - TimeDelta::seconds(1), restock.restocked_at + TimeDelta::seconds(1)] {
        let columns = "(user_id, book_id, round, created_at)";
        let (user, book, round, created) = (user.get(), book.id.get(), book.round.get(), literal(created_at));
        world.sql.run(&format!("INSERT INTO pre_bookings {columns} VALUES ({user}, {book}, {round}, {created})")).await;
        let id: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
        let (user, id) = (UserId::from_stored(user), PreBookingId::from_stored(id));
        let at = restock.restocked_at.max(created_at);
        assert_eq!(world.pre_booking(user, id).await.status, Status::Notified { at });
        cancel(world.pre_bookings(), &world.clock, user, id).await.unwrap();
    }
}

async fn a_placement_is_refused_in_a_round_that_has_ended(database: TestDatabase) {
    let (world, user, read_before) = world_with_a_book(&database).await;
    world.set_stock(read_before.id, 5).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &read_before).await, None);
    world.set_stock(read_before.id, 0).await.unwrap();
    assert_eq!(world.try_add_pre_booking(user, &read_before).await, None);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM pre_bookings").await, 0);
    world.add_pre_booking(user, &world.book(read_before.id).await).await;
}

/// I3.
async fn no_other_stock_change_is_a_restock(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let restocks = "SELECT count(*) FROM restocks";
    let waiting = world.add_pre_booking(user, &book).await;
    assert_eq!(world.set_stock(book.id, 0).await.unwrap().restock, None);
    assert_eq!((status(&world, &waiting).await, world.sql.value::<i64>(restocks).await), (Status::Waiting, 0));

    let at_first = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    for quantity in [5, 10, 1, 0, 0] {
        let change = world.set_stock(book.id, quantity).await.unwrap();
        assert_eq!((change.restock, change.book.round.get()), (None, 1), "{quantity}");
        assert_eq!(world.book(book.id).await, change.book, "{quantity}");
    }
    let again = world.add_pre_booking(user, &world.book(book.id).await).await;
    assert_eq!(world.set_stock(book.id, 0).await.unwrap().restock, None);
    assert_eq!(status(&world, &waiting).await, Status::Notified { at: at_first });
    assert_eq!((status(&world, &again).await, world.sql.value::<i64>(restocks).await), (Status::Waiting, 1));
}

/// I5: what was decided on another status is not recorded.
async fn a_cancel_is_decided_on_the_status_of_the_moment(database: TestDatabase) {
    let (world, user, book) = world_with_a_book(&database).await;
    let waiting = world.add_pre_booking(user, &book).await;
    let as_waiting = waiting.clone().cancel(at(60)).unwrap();
    let as_notified = PreBooking { status: Status::Notified { at: at(50) }, ..waiting.clone() }.cancel(at(60)).unwrap();

    assert!(!world.pre_bookings().save_cancelled(&as_notified, StatusKind::Notified).await.unwrap());
    assert_eq!(status(&world, &waiting).await, Status::Waiting);

    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    assert!(!world.pre_bookings().save_cancelled(&as_waiting, StatusKind::Waiting).await.unwrap());
    let notified = world.pre_booking(user, waiting.id).await;
    assert_eq!(notified.status, Status::Notified { at: restock.restocked_at });

    let cancelled = notified.cancel(at(60)).unwrap();
    assert!(world.pre_bookings().save_cancelled(&cancelled, StatusKind::Notified).await.unwrap());
    assert_eq!(world.pre_booking(user, cancelled.id).await, cancelled);
    for (again, decided_on) in [(&cancelled, StatusKind::Notified), (&as_waiting, StatusKind::Waiting)] {
        assert!(!world.pre_bookings().save_cancelled(again, decided_on).await.unwrap());
    }
    assert_eq!(world.pre_booking(user, cancelled.id).await, cancelled);
}

/// I5: a restock neither revives nor notifies what was cancelled, and a second cancel is refused.
async fn a_cancelled_one_stays_what_it_was(database: TestDatabase) {
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
        assert!(matches!(cancelled, Status::Cancelled { notified_at, .. } if notified_at == before.notified_at()));
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

async fn a_cancel_writes_one_pre_booking(database: TestDatabase) {
    let (world, ada, book) = world_with_a_book(&database).await;
    let grace = world.add_user("grace").await.id;
    let (hers, other) = (world.add_pre_booking(ada, &book).await, world.add_pre_booking(grace, &book).await);
    let cancelled = hers.cancel(at(60)).unwrap();
    let unknown = PreBooking { id: PreBookingId::from_stored(99), ..cancelled.clone() };
    assert!(!world.pre_bookings().save_cancelled(&unknown, StatusKind::Waiting).await.unwrap());
    assert!(world.pre_bookings().save_cancelled(&cancelled, StatusKind::Waiting).await.unwrap());
    // Its other details are not to be written.
    let stale =
        PreBooking { book_id: BookId::from_stored(99), created_at: at(1), ..other.clone() }.cancel(at(61)).unwrap();
    assert_eq!(status(&world, &other).await, Status::Waiting);
    assert!(world.pre_bookings().save_cancelled(&stale, StatusKind::Waiting).await.unwrap());
    assert_eq!(world.pre_booking(grace, other.id).await, other.cancel(at(61)).unwrap());
}
