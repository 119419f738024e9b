//! `delivery::fan_out` in batches: its progress, and which restock comes next.

use domain::account::UserId;
use domain::delivery::{FannedOut, fan_out};
use domain::pre_booking::PreBookingId;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, all, at, fan_out_all, final_walk_due_at, load_pre_bookings, open_store, placement};

pub(crate) fn suite() -> Suite {
    tests![
        many_pre_bookings_take_several_batches,
        passes_over_a_batch_of_cancelled_ones,
        another_instance_continues_where_one_stopped,
        the_earliest_restock_comes_first,
        the_next_restock_takes_nobody_from_the_previous_one,
        skips_pre_bookings_of_the_next_round,
    ]
}

async fn many_pre_bookings_take_several_batches(database: TestDatabase) {
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

async fn passes_over_a_batch_of_cancelled_ones(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(2_001).await;
    let book = world.add_book("Solaris", 0).await;
    load_pre_bookings(&world, &book, 2_001).await;
    let last: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    world.sql.execute(&format!("UPDATE pre_bookings SET cancelled_at = created_at WHERE id < {last}")).await;
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(fan_out_all(&world).await, 3);
    let made: Vec<i64> = world.sql.column("SELECT pre_booking_id FROM deliveries").await;
    assert_eq!(made, [last]);
}

async fn another_instance_continues_where_one_stopped(database: TestDatabase) {
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

async fn the_earliest_restock_comes_first(database: TestDatabase) {
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

async fn the_next_restock_takes_nobody_from_the_previous_one(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_users(1_500).await;
    let book = world.add_book("Solaris", 0).await;
    for round in 0..3 {
        load_pre_bookings(&world, &world.book(book.id).await, 1_500 - round).await;
        world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
        // The fan-out stops half-way.
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

/// Their identifiers lie between those of the round that has ended.
async fn skips_pre_bookings_of_the_next_round(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(3).await;
    let book = world.add_book("Solaris", 0).await;
    let notified = world.add_pre_booking(users[0], &book).await.id;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    let next_round = world.set_stock(book.id, 0).await.unwrap().book;
    world.add_pre_booking(users[1], &next_round).await;
    world.sql.execute(&placement(users[2], &book)).await;
    let late = PreBookingId::from_stored(world.sql.value("SELECT max(id) FROM pre_bookings").await);
    for _ in 0..2 {
        assert_eq!(fan_out_all(&world).await, 1);
        world.clock.set(final_walk_due_at(&world).await);
        let made: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
        assert_eq!(made, [notified, late]);
    }
}
