//! `delivery::fan_out`, batch by batch: how far it is, and whose turn it is.

use domain::account::UserId;
use domain::delivery::{FanOutProgress, FannedOut, fan_out};
use domain::pre_booking::PreBookingId;
use test_support::{Suite, TestDatabase, tests};

use crate::backlog::{all, fan_out_all, load_pre_bookings, placement};
use crate::support::{World, at, open_store};

pub(crate) fn suite() -> Suite {
    tests![
        a_long_line_takes_several_batches,
        a_batch_of_cancelled_ones_is_walked_over,
        another_instance_goes_on_where_one_stopped,
        the_earliest_restock_has_its_turn_first,
        the_next_restock_takes_nobody_from_the_one_before,
        who_waits_in_the_next_round_is_passed_by,
    ]
}

async fn a_long_line_takes_several_batches(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(2_500).await;
    for (number, batches) in [(0, 1), (1, 1), (999, 1), (1_000, 2), (1_001, 2), (2_500, 3)] {
        let book = world.add_book("Solaris", 0).await;
        load_pre_bookings(&world, &book, number).await;
        world.set_stock(book.id, 5).await.unwrap();
        assert_eq!(fan_out_all(&world).await, batches, "{number}");
        let of_book = format!("SELECT count(*) FROM deliveries WHERE book_id = {}", book.id.get());
        assert_eq!(world.sql.value::<i64>(&of_book).await, number);
    }
}

async fn a_batch_of_cancelled_ones_is_walked_over(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(2_001).await;
    let book = world.add_book("Solaris", 0).await;
    load_pre_bookings(&world, &book, 2_001).await;
    let last: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    world.sql.run(&format!("UPDATE pre_bookings SET cancelled_at = created_at WHERE id < {last}")).await;
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(fan_out_all(&world).await, 3);
    let made: Vec<i64> = world.sql.column("SELECT pre_booking_id FROM deliveries").await;
    assert_eq!(made, [last]);
}

async fn another_instance_goes_on_where_one_stopped(database: TestDatabase) {
    let mut world = World::open(&database).await;
    world.add_users(2_500).await;
    let book = world.add_book("Solaris", 0).await;
    load_pre_bookings(&world, &book, 2_500).await;
    let pre_bookings: Vec<i64> = world.sql.column("SELECT id FROM pre_bookings ORDER BY id").await;
    world.set_stock(book.id, 5).await.unwrap();
    for (made, after, stage) in [(1_000, 1_000, "first"), (2_000, 2_000, "first"), (2_500, 0, "final")] {
        assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
        let with_deliveries: Vec<i64> = world.sql.column("SELECT pre_booking_id FROM deliveries ORDER BY id").await;
        assert_eq!(with_deliveries, pre_bookings[..made]);
        let expected = if after == 0 { 0 } else { pre_bookings[after - 1] };
        assert_eq!(world.sql.value::<i64>("SELECT fan_out_after FROM restocks").await, expected);
        assert_eq!(world.sql.value::<String>("SELECT fan_out_stage FROM restocks").await, stage);
        world.store.close().await;
        world.store = open_store(&database, 1).await;
    }
}

async fn the_earliest_restock_has_its_turn_first(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let mut books = Vec::new();
    for title in ["Solaris", "Fiasco", "Eden"] {
        let book = world.add_book(title, 0).await;
        world.add_pre_booking(user, &book).await;
        books.push(book.id);
    }
    for (book, moment) in [(1, at(10)), (2, at(5)), (0, at(20))] {
        world.clock.set(moment);
        world.set_stock(books[book], 5).await.unwrap();
    }
    fan_out_all(&world).await;
    let met: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.book_id).collect();
    assert_eq!(met, [books[2], books[1], books[0]]);
}

async fn the_next_restock_takes_nobody_from_the_one_before(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(1_500).await;
    let book = world.add_book("Solaris", 0).await;
    for round in 0..3 {
        load_pre_bookings(&world, &world.book(book.id).await, 1_500 - round).await;
        world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
        // It stops half-way.
        assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
        world.set_stock(book.id, 0).await.unwrap();
    }
    world.add_pre_booking(UserId::from_stored(1), &world.book(book.id).await).await;
    fan_out_all(&world).await;
    let strangers = "SELECT count(*) FROM deliveries JOIN pre_bookings ON pre_bookings.id = pre_booking_id \
                     JOIN restocks ON restocks.id = restock_id WHERE restocks.round <> pre_bookings.round";
    assert_eq!(world.sql.value::<i64>(strangers).await, 0);
    let of_restock: Vec<i64> =
        world.sql.column("SELECT count(*) FROM deliveries GROUP BY restock_id ORDER BY restock_id").await;
    assert_eq!(of_restock, [1_500, 1_499, 1_498]);
}

/// Identifiers of the next round lie between those of the one that has ended.
async fn who_waits_in_the_next_round_is_passed_by(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    let notified = world.add_pre_booking(users[0], &book).await.id;
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    let next_round = world.set_stock(book.id, 0).await.unwrap().book;
    world.add_pre_booking(users[1], &next_round).await;
    world.sql.run(&placement(users[2], &book)).await;
    let late = PreBookingId::from_stored(world.sql.value("SELECT max(id) FROM pre_bookings").await);
    for moment in [restocked_at, restocked_at + FanOutProgress::FINAL_AFTER] {
        world.clock.set(moment);
        fan_out_all(&world).await;
        let made: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
        assert_eq!(made, [notified, late]);
    }
}
