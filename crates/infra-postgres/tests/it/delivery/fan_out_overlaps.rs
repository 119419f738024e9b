//! Fan-outs that overlap with placements, deletes and each other (PostgreSQL).

use domain::account::UserId;
use domain::book::DeletedBook;
use domain::delivery::{DeliverySummary, FannedOut, fan_out};
use domain::pre_booking::{PreBookedBook, PreBookingId, PreBookingStatus};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{World, all, at, fan_out_all, final_walk_due_at, placement, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        the_final_walk_finds_a_placement_committed_after_its_restock,
        the_final_walk_finds_a_placement_of_the_store_itself,
        skips_the_restock_of_another_worker,
        a_delete_of_a_pre_booked_book_does_not_wait_for_its_fan_out,
    ]
    .only_on(Engine::Postgres)
}

async fn the_final_walk_finds_a_placement_committed_after_its_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let users = world.add_users(2).await;
    let book = world.add_book("Solaris", 0).await;
    let in_time = world.add_pre_booking(users[0], &book).await;
    let overlapping = Bystander::connect(database.url()).await.begin(&placement(users[1], &book)).await;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    fan_out_all(&world).await;
    assert_eq!(all(&world).await.len(), 1);

    overlapping.commit().await.unwrap();
    let late = newest_pre_booking(&world).await;
    assert_eq!(late.pre_booking.state.status(), PreBookingStatus::Notified);
    assert_eq!(late.delivery, Some(DeliverySummary::IMMINENT));
    assert_eq!((fan_out_all(&world).await, all(&world).await.len()), (0, 1));

    world.clock.set(final_walk_due_at(&world).await);
    fan_out_all(&world).await;
    let added: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
    assert_eq!(added, [in_time.id, late.pre_booking.id]);
}

async fn newest_pre_booking(world: &World) -> PreBookedBook {
    let id: i64 = world.sql.value("SELECT max(id) FROM pre_bookings").await;
    let user: i64 = world.sql.value(&format!("SELECT user_id FROM pre_bookings WHERE id = {id}")).await;
    let (user, id) = (UserId::from_stored(user), PreBookingId::from_stored(id));
    world.pre_booking_reader().find(user, id).await.unwrap().unwrap()
}

/// The store's own statement has compared the round, and is blocked before it writes.
async fn the_final_walk_finds_a_placement_of_the_store_itself(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let block = "CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 PERFORM set_config('lock_timeout', '0', true); PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END $$; \
                 CREATE TRIGGER block BEFORE INSERT ON pre_bookings FOR EACH ROW EXECUTE FUNCTION block()";
    world.sql.execute(block).await;
    let holder = Bystander::connect(database.url()).await.begin("SELECT pg_advisory_xact_lock(1)").await;
    let overtake = async {
        world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
        fan_out_all(&world).await;
        holder.commit().await
    };
    let placed = run_blocked(&world.sql, world.add_pre_booking(user, &book), overtake).await;
    assert_eq!((placed.round, all(&world).await), (book.round, vec![]));

    world.clock.set(final_walk_due_at(&world).await);
    fan_out_all(&world).await;
    let added: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.pre_booking_id).collect();
    assert_eq!(added, [placed.id]);
}

async fn skips_the_restock_of_another_worker(database: TestDatabase) {
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
    let added: Vec<_> = all(&world).await.into_iter().map(|delivery| delivery.book_id).collect();
    assert_eq!(added, [books[1]]);
    drop(elsewhere);
    // The server needs a moment to roll back.
    world.sql.until("SELECT EXISTS (SELECT FROM restocks WHERE id = 1 FOR UPDATE SKIP LOCKED)").await;
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
    assert_eq!(all(&world).await.len(), 2);
}

/// A fan-out locks the book and the restock against deletes.
async fn a_delete_of_a_pre_booked_book_does_not_wait_for_its_fan_out(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    world.add_pre_booking(user, &book).await;
    world.set_stock(book.id, 5).await.unwrap();
    let fan_out = world.units().begin().await.unwrap();
    let progress = fan_out.deliveries().find_for_fan_out(at(0)).await.unwrap().unwrap();
    fan_out.deliveries().add_batch(&progress, 1, at(10)).await.unwrap();
    // This would fail after a second if it had to wait.
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    fan_out.commit().await.unwrap();
}
