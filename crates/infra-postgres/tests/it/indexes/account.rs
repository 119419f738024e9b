use domain::account::{Email, SessionId, TokenHash, UserId};
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::at;

pub(crate) fn suite() -> Suite {
    tests![accounts_are_found_by_index, sessions_and_their_tokens_are_found_by_index].only_on(Engine::Postgres)
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

async fn sessions_and_their_tokens_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let hash = TokenHash::new("hash500/1".to_owned());
    let (id, user) = (SessionId::from_stored(501), UserId::from_stored(502));
    let found = scans.of(async |world| drop(world.session_reader().find(id).await.unwrap().unwrap())).await;
    assert_served_by(["sessions_pkey", "users_pkey"], &found);
    let listed = scans.of(async |world| drop(world.session_reader().list_live(user, at(0)).await.unwrap())).await;
    assert_served_by(["ix_sessions_user"], &listed);
    let found = scans.of(async |world| assert!(world.sessions().find_token(&hash).await.unwrap().is_some())).await;
    assert_served_by(["uq_refresh_tokens_hash", "sessions_pkey"], &found);
    let marked = scans.of(async |world| world.sessions().save_used(&hash, at(0)).await.unwrap()).await;
    assert_served_by(["uq_refresh_tokens_hash"], &marked);
    let ended = scans.of(async |world| world.sessions().end_all(user, None, at(0)).await.unwrap()).await;
    assert_served_by(["ix_sessions_user"], &ended);
    let deleted = scans.of(async |world| world.sessions().delete_surplus(user, 0).await.unwrap()).await;
    assert_served_by(["ix_sessions_user", "sessions_pkey", "ix_refresh_tokens_session"], &deleted);
}
