//! The migration to a store with deliveries sends no e-mails for earlier restocks.

use domain::account::UserId;
use domain::book::BookId;
use domain::delivery::{DeliveryState, DeliveryStatus, DeliverySummary, FannedOut, fan_out};
use domain::pre_booking::{PreBookingId, PreBookingStatus};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use test_support::{Bystander, Suite, TestDatabase, tests};

use crate::support::{World, all, at, claim_some, fan_out_all};

pub(crate) fn suite() -> Suite {
    tests![skips_what_was_notified_before, fans_out_to_users_who_waited_before, the_steps_can_be_undone_and_repeated]
        .on_an_empty_database()
}

/// The number of steps before there were deliveries.
const BEFORE: u32 = 6;

/// Pre-bookings in this order: notified, cancelled while waiting, cancelled after the restock, waiting for the next restock, and
/// waiting for the first restock of another book.
const ROWS: &str = "
    INSERT INTO users (email, password_hash) VALUES
        ('ada@example.com', 'hash'), ('grace@example.com', 'hash'), ('mary@example.com', 'hash');
    INSERT INTO books (title, author, price_cents, stock_quantity, round) VALUES
        ('Solaris', 'Lem', 1999, 0, 1), ('Fiasco', 'Lem', 1999, 0, 0);
    INSERT INTO restocks (book_id, round, restocked_at) VALUES (1, 0, '2026-11-20T12:00:00+00:00');
    INSERT INTO pre_bookings (user_id, book_id, round, created_at, cancelled_at, was_notified) VALUES
        (1, 1, 0, '2026-11-20T10:00:00+00:00', NULL, false),
        (2, 1, 0, '2026-11-20T10:00:00+00:00', '2026-11-20T11:00:00+00:00', false),
        (3, 1, 0, '2026-11-20T10:00:00+00:00', '2026-11-20T13:00:00+00:00', true),
        (1, 1, 1, '2026-11-20T14:00:00+00:00', NULL, false),
        (1, 2, 0, '2026-11-20T14:00:00+00:00', NULL, false);";

async fn world_before_deliveries(database: &TestDatabase) -> World {
    let sql = Bystander::connect(database.url()).await;
    Migrator::up(sql.connection(), Some(BEFORE)).await.unwrap();
    assert!(sql.try_execute("SELECT 1 FROM deliveries").await.is_err(), "deliveries exist already");
    sql.execute(ROWS).await;
    sql.close().await;
    World::open(database).await
}

async fn assert_no_emails(world: &World) {
    world.clock.set(at(0));
    assert_eq!(world.sql.column::<String>("SELECT fan_out_stage FROM restocks").await, ["done"]);
    assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Nothing);
    assert_eq!(claim_some(world).await, []);
    let deliveries = all(world).await;
    let of: Vec<i64> = deliveries.iter().map(|delivery| delivery.pre_booking_id.get()).collect();
    assert_eq!(of, [1, 3]);
    for delivery in deliveries {
        assert_eq!((delivery.state, delivery.attempts), (DeliveryState::Skipped, 0));
        assert_eq!((delivery.restock_id.get(), delivery.book_id.get()), (1, 1));
        assert_eq!(delivery.reason.as_deref(), Some("it was notified before there were e-mails"));
    }
}

async fn skips_what_was_notified_before(database: TestDatabase) {
    let world = world_before_deliveries(&database).await;
    assert_no_emails(&world).await;
    let skipped = Some(DeliverySummary { status: DeliveryStatus::Skipped, delivered_at: None });
    for (id, user, status, delivery) in [
        (1, 1, PreBookingStatus::Notified, skipped),
        (2, 2, PreBookingStatus::Cancelled, None),
        (3, 3, PreBookingStatus::Cancelled, skipped),
        (4, 1, PreBookingStatus::Waiting, None),
        (5, 1, PreBookingStatus::Waiting, None),
    ] {
        let (user, id) = (UserId::from_stored(user), PreBookingId::from_stored(id));
        let found = world.pre_booking_reader().find(user, id).await.unwrap().unwrap();
        assert_eq!((found.pre_booking.state.status(), found.delivery), (status, delivery), "{id:?}");
    }
}

async fn fans_out_to_users_who_waited_before(database: TestDatabase) {
    let world = world_before_deliveries(&database).await;
    for book in [1, 2] {
        world.set_stock(BookId::from_stored(book), 5).await.unwrap().restock.unwrap();
    }
    assert_eq!(fan_out_all(&world).await, 2);
    let of: Vec<i64> = all(&world).await[2..].iter().map(|delivery| delivery.pre_booking_id.get()).collect();
    assert_eq!(of, [4, 5]);
    assert_eq!(claim_some(&world).await.len(), 2);
}

async fn the_steps_can_be_undone_and_repeated(database: TestDatabase) {
    let world = world_before_deliveries(&database).await;
    let steps = u32::try_from(Migrator::migrations().len()).unwrap() - BEFORE;
    let before: Vec<String> = world.sql.column("SELECT status FROM pre_booking_statuses ORDER BY pre_booking_id").await;
    for _ in 0..2 {
        Migrator::down(world.sql.connection(), Some(steps)).await.unwrap();
        assert!(world.sql.try_execute("SELECT 1 FROM deliveries").await.is_err());
        assert!(world.sql.try_execute("SELECT fan_out_stage FROM restocks").await.is_err());
        let statuses = "SELECT status FROM pre_booking_statuses ORDER BY pre_booking_id";
        assert_eq!(world.sql.column::<String>(statuses).await, before);
        Migrator::up(world.sql.connection(), None).await.unwrap();
        assert_no_emails(&world).await;
    }
}
