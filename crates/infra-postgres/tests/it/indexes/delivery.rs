use domain::audit::Origin;
use domain::book::{BookId, RestockId};
use domain::delivery::{
    BacklogReader, ClaimedDelivery, DeliveryId, DeliveryQuery, DeliveryStatus, FannedOut, RestockQuery, claim, fan_out,
    release, retry, retry_all,
};
use domain::{PageSize, Timestamp};
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::{accepted, try_settle};

pub(crate) fn suite() -> Suite {
    tests![
        fan_outs_walk_by_index,
        claims_are_found_by_index,
        deliveries_are_settled_and_retried_by_index,
        deliveries_are_read_by_index,
        restocks_are_counted_by_index,
        the_backlog_is_read_by_index,
    ]
    .only_on(Engine::Postgres)
}

async fn fan_outs_walk_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
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
    let scans = Scans::prepare_with_deliveries(database).await;
    let claimed =
        scans.of(async |world| assert_eq!(claim(world.units(), &world.clock).await.unwrap().len(), 100)).await;
    assert_served_by(["ix_deliveries_due", "deliveries_pkey"], &claimed);
    let id = DeliveryId::from_stored(50);
    let until = scans.sql.value("SELECT claimed_until FROM deliveries WHERE id = 50").await;
    let claims = [ClaimedDelivery { id, until }];
    let released = scans.of(async |world| release(world.units(), &claims).await.unwrap()).await;
    // Any index with the identifier is fine.
    assert_served_by([], &released);
}

async fn deliveries_are_settled_and_retried_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
    let until: Timestamp =
        scans.sql.value("UPDATE deliveries SET claimed_until = now() WHERE id = 50 RETURNING claimed_until").await;
    let claimed = ClaimedDelivery { id: DeliveryId::from_stored(50), until };
    let settled = scans.of(async |world| assert!(try_settle(world, claimed, accepted()).await)).await;
    assert_served_by([], &settled);
    let failed = DeliveryId::from_stored(51);
    let retried = scans
        .of(async |world| {
            drop(retry(world.units(), world.deliveries(), &world.clock, &Origin::program(), failed).await.unwrap());
        })
        .await;
    assert_served_by(["deliveries_pkey"], &retried);
    let retried = scans
        .of(async |world| {
            assert!(
                retry_all(world.units(), &world.clock, &Origin::program(), DeliveryStatus::Failed).await.unwrap() > 100
            );
        })
        .await;
    assert_served_by(["ix_deliveries_status"], &retried);
}

async fn deliveries_are_read_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
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
    let scans = Scans::prepare_with_deliveries(database).await;
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

async fn the_backlog_is_read_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
    let read = scans.of(async |world| assert!(world.store.read_backlog().await.unwrap().pending > 100)).await;
    assert_served_by(["ix_deliveries_due", "ix_deliveries_status", "ix_restocks_fan_out", "restocks_pkey"], &read);
}
