//! What workers and admins ask of deliveries is served by an index (PostgreSQL): see `indexes`.

use domain::account::UserId;
use domain::book::{BookId, RestockId, Round};
use domain::delivery::{
    ClaimedDelivery, DeliveryId, DeliveryQuery, DeliveryStatus, FannedOut, RestockQuery, claim, fan_out, release,
    retry, retry_all,
};
use domain::pre_booking::{BookPreBookingQuery, PreBookingId, PreBookingQuery, StatusKind};
use domain::{PageSize, Timestamp};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::backlog::{accepted, try_settle};
use crate::indexes::{Scans, assert_served_by};
use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![
        a_fan_out_walks_by_index,
        claims_are_found_by_index,
        deliveries_are_settled_and_retried_by_index,
        deliveries_are_read_by_index,
        restocks_are_counted_by_index,
        the_pre_bookings_of_a_book_are_found_by_index,
    ]
    .only_on(Engine::Postgres)
}

/// Deliveries of what was notified, most of them long settled; and restocks, most of them long done.
const ROWS: &str = "
    UPDATE restocks SET fan_out_stage = 'done', restocked_at = now() - interval '1 year' WHERE book_id > 3;
    INSERT INTO deliveries (pre_booking_id, restock_id, book_id, status, delivered_at, claimed_until)
        SELECT placed.id, restock.id, placed.book_id, 'delivered', now(), NULL
        FROM pre_bookings AS placed JOIN restocks AS restock ON restock.book_id = placed.book_id
        WHERE restock.fan_out_stage = 'done';
    UPDATE deliveries SET status = 'pending', delivered_at = NULL, due_at = '2020-01-01T00:00:00Z' WHERE id % 50 = 0;
    UPDATE deliveries SET status = 'failed', delivered_at = NULL WHERE id % 50 = 1;
    UPDATE deliveries SET status = 'skipped', delivered_at = NULL WHERE id % 50 = 2;
    INSERT INTO delivery_attempts (delivery_id) SELECT id FROM deliveries;
    VACUUM ANALYZE;";

async fn prepare(database: TestDatabase) -> Scans {
    let scans = Scans::prepare(database).await;
    for statement in ROWS.split_inclusive(';').filter(|statement| !statement.trim().is_empty()) {
        scans.sql.run(statement).await;
    }
    scans
}

async fn a_fan_out_walks_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let made = scans
        .of(async |world| {
            world.clock.set(Timestamp::from_timestamp(4_000_000_000, 0).unwrap());
            assert_eq!(fan_out(world.units(), &world.clock).await.unwrap(), FannedOut::Batch);
        })
        .await;
    let expected = ["ix_restocks_fan_out", "ix_pre_bookings_book_round", "uq_deliveries_pre_booking", "restocks_pkey"];
    assert_served_by(expected, &made);
}

async fn claims_are_found_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let claimed =
        scans.of(async |world| assert_eq!(claim(world.units(), &world.clock).await.unwrap().len(), 100)).await;
    assert_served_by(["ix_deliveries_due", "deliveries_pkey"], &claimed);
    let id = DeliveryId::from_stored(50);
    let until = scans.sql.value("SELECT claimed_until FROM deliveries WHERE id = 50").await;
    let claims = [ClaimedDelivery { id, attempts: 0, until }];
    let released = scans.of(async |world| release(world.units(), &claims).await.unwrap()).await;
    // By its identifier, or by its status and its identifier.
    assert_served_by([], &released);
}

async fn deliveries_are_settled_and_retried_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let until: Timestamp =
        scans.sql.value("UPDATE deliveries SET claimed_until = now() WHERE id = 50 RETURNING claimed_until").await;
    let claimed = ClaimedDelivery { id: DeliveryId::from_stored(50), attempts: 0, until };
    let settled = scans.of(async |world| assert!(try_settle(world, claimed, accepted()).await)).await;
    assert_served_by([], &settled);
    let failed = DeliveryId::from_stored(51);
    let retried = scans
        .of(async |world| drop(retry(world.units(), world.deliveries(), &world.clock, failed).await.unwrap()))
        .await;
    assert_served_by(["deliveries_pkey"], &retried);
    let retried = scans
        .of(async |world| {
            assert!(retry_all(world.units(), &world.clock, DeliveryStatus::Failed).await.unwrap() > 100);
        })
        .await;
    assert_served_by(["ix_deliveries_status"], &retried);
}

async fn deliveries_are_read_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let id = DeliveryId::from_stored(500);
    let by_id = ["deliveries_pkey", "pre_bookings_pkey", "users_pkey", "books_pkey"];
    let found = scans.of(async |world| drop(world.deliveries().find(id).await.unwrap().unwrap())).await;
    assert_served_by(by_id, &found);
    let found = scans.of(async |world| drop(world.deliveries().find_prospect(id).await.unwrap().unwrap())).await;
    assert_served_by(by_id, &found);
    let attempts =
        scans.of(async |world| assert_eq!(world.deliveries().list_attempts(id).await.unwrap().len(), 1)).await;
    assert_served_by(["ix_delivery_attempts_delivery"], &attempts);
    let book = Some(BookId::from_stored(400));
    for (status, book_id, index) in [
        (None, None, "deliveries_pkey"),
        (Some(DeliveryStatus::Failed), None, "ix_deliveries_status"),
        (None, book, "ix_deliveries_book"),
        (Some(DeliveryStatus::Delivered), book, "ix_deliveries_book"),
    ] {
        for after in [None, Some(DeliveryId::from_stored(8_000))] {
            let query = DeliveryQuery { status, book_id, after, limit: PageSize::new(5).unwrap() };
            let listed = scans.of(async |world| drop(world.deliveries().list(&query).await.unwrap())).await;
            assert_served_by([index], &listed);
        }
    }
}

async fn restocks_are_counted_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let book = Some(BookId::from_stored(400));
    for (book_id, index) in [(None, "restocks_pkey"), (book, "uq_restocks_book_round")] {
        for after in [None, Some(RestockId::from_stored(450))] {
            let query = RestockQuery { book_id, after, limit: PageSize::new(5).unwrap() };
            let listed = scans
                .of(async |world| assert!(!world.deliveries().list_restocks(&query).await.unwrap().is_empty()))
                .await;
            assert_served_by([index, "ix_deliveries_restock", "ix_pre_bookings_book_round"], &listed);
        }
    }
}

async fn the_pre_bookings_of_a_book_are_found_by_index(database: TestDatabase) {
    let scans = prepare(database).await;
    let (book, limit) = (BookId::from_stored(400), PageSize::new(5).unwrap());
    for status in [None, Some(StatusKind::Notified)] {
        for after in [None, Some((Round::from_stored(0), PreBookingId::from_stored(1_000_000)))] {
            let query = BookPreBookingQuery { status, after, limit };
            let listed = scans
                .of(async |world: &World| {
                    assert_eq!(world.pre_booking_reader().list_of_book(book, &query).await.unwrap().len(), 6);
                })
                .await;
            let expected =
                ["ix_pre_bookings_book_round", "uq_restocks_book_round", "uq_deliveries_pre_booking", "users_pkey"];
            assert_served_by(expected, &listed);
        }
    }
    let query = PreBookingQuery { status: None, after: None, limit };
    let user = UserId::from_stored(500);
    let listed = scans.of(async |world| drop(world.pre_booking_reader().list(user, &query).await.unwrap())).await;
    assert_served_by(["ix_pre_bookings_user_created_at", "uq_deliveries_pre_booking"], &listed);
}
