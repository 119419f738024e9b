//! Fan-outs that overlap with placements, and with each other (PostgreSQL).

use std::sync::Arc;

use domain::account::UserId;
use domain::delivery::{DeliverySummary, FanOutProgress, FannedOut, fan_out};
use domain::pre_booking::{PreBookedBook, PreBookingId, StatusKind};
use sea_orm::{ConnectionTrait, TransactionTrait};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::at_once::{CONNECTIONS, at_once};
use crate::backlog::{all, fan_out_all, load_pre_bookings, placement};
use crate::support::{Sql, World, at};
use crate::waiting::{until, until_a_statement_waits_for_a_lock};

pub(crate) fn suite() -> Suite {
    tests![
        a_placement_that_is_committed_behind_its_restock_is_found_by_the_final_walk,
        a_placement_of_the_store_that_a_restock_overtakes_is_found_too,
        the_restock_of_another_worker_is_passed_by,
        many_workers_make_each_delivery_once,
    ]
    .only_on(Engine::Postgres)
}

async fn a_placement_that_is_committed_behind_its_restock_is_found_by_the_final_walk(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(2).await;
    let book = world.add_book("Solaris", 0).await;
    let in_time = world.add_pre_booking(users[0], &book).await;
    let overlapping = Sql::connect(&database).await.0.begin().await.unwrap();
    overlapping.execute_unprepared(&placement(users[1], &book)).await.unwrap();
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    fan_out_all(&world).await;
    assert_eq!(all(&world).await.len(), 1);

    overlapping.commit().await.unwrap();
    let late = the_late_one(&world).await;
    assert_eq!(late.pre_booking.status.kind(), StatusKind::Notified);
    assert_eq!(late.delivery, Some(DeliverySummary::IMMINENT));
    assert_eq!((fan_out_all(&world).await, all(&world).await.len()), (0, 1));

    world.clock.set(restocked_at + FanOutProgress::FINAL_AFTER);
    fan_out_all(&world).await;
    let made: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
    assert_eq!(made, [in_time.id, late.pre_booking.id]);
}

async fn the_late_one(world: &World) -> PreBookedBook {
    let id: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    let user: i64 = world.sql.value(&format!("SELECT user_id FROM pre_bookings WHERE id = {id}")).await;
    let (user, id) = (UserId::from_stored(user), PreBookingId::from_stored(id));
    world.pre_booking_reader().find(user, id).await.unwrap().unwrap()
}

/// The store's own statement has compared the round, and is held up before it writes.
async fn a_placement_of_the_store_that_a_restock_overtakes_is_found_too(database: TestDatabase) {
    let world = World::open_shared(&database, 4).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    world
        .sql
        .run(
            "CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM set_config('lock_timeout', '0', true); PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$; \
             CREATE TRIGGER hold_up BEFORE INSERT ON pre_bookings FOR EACH ROW EXECUTE FUNCTION hold_up()",
        )
        .await;
    let held = Sql::connect(&database).await.0.begin().await.unwrap();
    held.execute_unprepared("SELECT pg_advisory_xact_lock(1)").await.unwrap();
    let placing = tokio::spawn({
        let (world, book) = (Arc::clone(&world), book.clone());
        async move { world.try_add_pre_booking(user, &book).await }
    });
    until_a_statement_waits_for_a_lock(&world.sql).await;
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    fan_out_all(&world).await;
    held.commit().await.unwrap();
    let placed = placing.await.unwrap().unwrap();
    assert_eq!((placed.round, all(&world).await), (book.round, vec![]));

    world.clock.set(restocked_at + FanOutProgress::FINAL_AFTER);
    fan_out_all(&world).await;
    let made: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
    assert_eq!(made, [placed.id]);
}

async fn the_restock_of_another_worker_is_passed_by(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let mut books = Vec::new();
    for title in ["Solaris", "Fiasco"] {
        let book = world.add_book(title, 0).await;
        world.add_pre_booking(user, &book).await;
        world.set_stock(book.id, 5).await.unwrap();
        books.push(book.id);
    }
    let elsewhere = world.units().begin().await.unwrap();
    let held = elsewhere.deliveries().find_for_fan_out(at(0)).await.unwrap().unwrap();
    assert_eq!(held.book_id, books[0]);
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    let made: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.book_id).collect();
    assert_eq!(made, [books[1]]);
    drop(elsewhere);
    // The server needs a moment to undo it.
    until(&world.sql, "SELECT EXISTS (SELECT FROM restocks WHERE id = 1 FOR UPDATE SKIP LOCKED)").await;
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
    assert_eq!(all(&world).await.len(), 2);
}

async fn many_workers_make_each_delivery_once(database: TestDatabase) {
    const USERS: i64 = 1_200;
    let world = World::open_shared(&database, CONNECTIONS).await;
    world.add_users(usize::try_from(USERS).unwrap()).await;
    for round in 1..=10 {
        for _ in 0..3 {
            let book = world.add_book("Solaris", 0).await;
            load_pre_bookings(&world, &book, USERS).await;
            world.set_stock(book.id, 5).await.unwrap();
        }
        at_once(0..8, |_| {
            let world = Arc::clone(&world);
            async move { fan_out_all(&world).await }
        })
        .await;
        // Whoever passed by what others held went home before them.
        assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM deliveries").await, round * 3 * USERS);
        let open = "SELECT count(*) FROM restocks WHERE fan_out_stage = 'first'";
        assert_eq!(world.sql.value::<i64>(open).await, 0, "in round {round}");
    }
}
