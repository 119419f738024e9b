use domain::PageSize;
use domain::account::{PersonalDataReader as _, UserId};
use domain::audit::{Action, AuditQuery, AuditReader as _, AuditRecordId};
use domain::book::BookId;
use domain::delivery::SkipReason;
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::at;

pub(crate) fn suite() -> Suite {
    tests![audit_records_are_found_by_index, personal_data_is_found_by_index].only_on(Engine::Postgres)
}

const RECORDS: &str = "
    INSERT INTO audit_records (actor_id, action, book_id)
        SELECT n % 500 + 1, 'stock.set', n % 500 + 1 FROM generate_series(1, 5000) n;
    INSERT INTO audit_records (actor_id, action, user_id)
        SELECT n % 5 + 1, 'user.deactivated', n FROM generate_series(1, 500) n;
    ANALYZE;";

async fn audit_records_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    scans.sql.execute(RECORDS).await;
    let after = AuditRecordId::new(100_000).ok();
    let limit = PageSize::new(5).unwrap();
    let all = AuditQuery { actor_id: None, action: None, book_id: None, user_id: None, after, limit };
    let user_id = UserId::new(7).ok();
    for (query, indexes) in [
        (all, ["audit_records_pkey", "users_pkey"]),
        (AuditQuery { book_id: BookId::new(7).ok(), ..all }, ["ix_audit_records_book_id", "users_pkey"]),
        (AuditQuery { user_id, ..all }, ["ix_audit_records_user_id", "users_pkey"]),
        (AuditQuery { actor_id: UserId::new(3).ok(), ..all }, ["ix_audit_records_actor_id", "users_pkey"]),
        (AuditQuery { action: Some(Action::UserDeactivated), ..all }, ["ix_audit_records_action", "users_pkey"]),
    ] {
        let found = scans.of(async |world| drop(world.store.list(&query).await.unwrap())).await;
        assert_served_by(indexes, &found);
    }
}

async fn personal_data_is_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare_with_deliveries(database).await;
    let user = UserId::from_stored(500);
    let found = scans.of(async |world| drop(world.store.list_sessions(user).await.unwrap())).await;
    assert_served_by(["ix_sessions_user"], &found);
    let found = scans.of(async |world| drop(world.store.list_deliveries(user).await.unwrap())).await;
    assert_served_by(["ix_delivery_attempts_delivery", "ix_pre_bookings_user_created_at"], &found);
    let email = domain::account::Email::parse("ada@example.com").unwrap();
    let erased = scans
        .of(async |world| {
            let unit = world.units().begin().await.unwrap();
            unit.personal_data().forget_traces(user, &email).await.unwrap();
            unit.personal_data().cancel_waiting(user, at(0)).await.unwrap();
            unit.personal_data().skip_pending(user, SkipReason::Erased).await.unwrap();
            unit.commit().await.unwrap();
        })
        .await;
    assert_served_by(["ix_pre_bookings_user_created_at", "ix_sessions_user"], &erased);
}
