use domain::account::{Email, RefreshTokenHash, UserId};
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::at;

pub(crate) fn suite() -> Suite {
    tests![accounts_are_found_by_index, refresh_tokens_are_found_by_index].only_on(Engine::Postgres)
}

async fn accounts_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let id = UserId::from_stored(500);
    let found = scans.of(async |world| drop(world.users().find(id).await.unwrap().unwrap())).await;
    assert_served_by(["users_pkey"], &found);
    let email = Email::parse("user500@example.com").unwrap();
    let found = scans.of(async |world| drop(world.users().find_credentials(&email).await.unwrap().unwrap())).await;
    assert_served_by(["uq_users_email"], &found);
    let changed = scans
        .of(async |world| {
            let unit = world.units().begin().await.unwrap();
            let user = unit.users().find_for_session_change(id).await.unwrap().unwrap();
            unit.users().save(&user).await.unwrap();
            unit.commit().await.unwrap();
        })
        .await;
    assert_served_by(["users_pkey"], &changed);
}

async fn refresh_tokens_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let hash = RefreshTokenHash::new("hash500/1".to_owned());
    let family = RefreshTokenHash::new("family501".to_owned());
    let found = scans.of(async |world| drop(world.refresh_tokens().find(&hash).await.unwrap().unwrap())).await;
    assert_served_by(["uq_refresh_tokens_hash"], &found);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke(&hash, at(0)).await.unwrap()).await;
    assert_served_by(["uq_refresh_tokens_hash"], &revoked);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke_family(&family, at(0)).await.unwrap()).await;
    assert_served_by(["ix_refresh_tokens_family"], &revoked);
    let user = UserId::from_stored(502);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke_all(user, at(0)).await.unwrap()).await;
    assert_served_by(["ix_refresh_tokens_user"], &revoked);
}
