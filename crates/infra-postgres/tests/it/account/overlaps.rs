//! Changes of one account's sessions that overlap (PostgreSQL). Each locks the account first, so the second waits for the first.

use domain::account::{
    AccessTokenError, IssuedRefreshToken, NewRefreshToken, RefreshError, RefreshTokenHash, Refreshed, TokenIssueError,
    TokenIssuer, User, UserId, deactivate, refresh,
};
use domain::audit::Origin;
use domain::{Timestamp, UnitOfWork, UnitOfWorkFactory};
use infra_postgres::Store;
use secrecy::{ExposeSecret, SecretString};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, open_patient, open_store, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        the_second_refresh_with_a_token_revokes_its_family,
        a_refresh_after_a_deactivation_is_rejected,
        a_deactivation_after_a_refresh_revokes_the_new_token,
    ]
    .only_on(Engine::Postgres)
}

/// Issues tokens that are their own hashes.
#[derive(Debug)]
struct PlainIssuer;

impl TokenIssuer for PlainIssuer {
    fn issue_access(&self, _: &User, _: Timestamp) -> Result<SecretString, TokenIssueError> {
        Ok("access".into())
    }

    fn verify_access(&self, _: &str, _: Timestamp) -> Result<UserId, AccessTokenError> {
        Err(AccessTokenError::Invalid)
    }

    fn issue_refresh(&self, _: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError> {
        Ok(IssuedRefreshToken { token: "new".into(), hash: hash("new"), expires_at: at(3600) })
    }

    fn hash_refresh(&self, token: &SecretString) -> RefreshTokenHash {
        hash(token.expose_secret())
    }
}

fn hash(token: &str) -> RefreshTokenHash {
    RefreshTokenHash::new(token.to_owned())
}

fn token(user_id: UserId, name: &str) -> NewRefreshToken {
    NewRefreshToken { user_id, hash: hash(name), family: hash("first"), created_at: at(0), expires_at: at(3600) }
}

/// Returns a store in which a user has the token `first`, and another store, whose transactions come first.
async fn open(database: &TestDatabase) -> (World, User, Store) {
    let world = open_patient(database).await;
    let user = world.add_user("ada").await;
    world.refresh_tokens().add(&token(user.id, "first")).await.unwrap();
    (world, user, open_store(database, 1).await)
}

/// Refreshes the token `first`, without the commit.
async fn begin_refresh(store: &Store, user: UserId) -> Box<dyn UnitOfWork> {
    let unit = store.begin().await.unwrap();
    unit.users().find_for_session_change(user).await.unwrap().unwrap();
    unit.refresh_tokens().revoke(&hash("first"), at(1)).await.unwrap();
    unit.refresh_tokens().add(&token(user, "second")).await.unwrap();
    unit
}

async fn live_tokens(world: &World) -> i64 {
    world.sql.value("SELECT count(*) FROM refresh_tokens WHERE revoked_at IS NULL").await
}

async fn the_second_refresh_with_a_token_revokes_its_family(database: TestDatabase) {
    let (world, user, other) = open(&database).await;
    let first_token = "first".into();
    let first = begin_refresh(&other, user.id).await;
    let second = refresh(world.units(), &PlainIssuer, &world.clock, &first_token);
    let second = run_blocked(&world.sql, second, first.commit()).await.unwrap();
    assert!(matches!(second, Refreshed::Reused(_)), "{second:?}");
    assert_eq!(live_tokens(&world).await, 0);
}

async fn a_refresh_after_a_deactivation_is_rejected(database: TestDatabase) {
    let (world, user, other) = open(&database).await;
    let first_token = "first".into();
    let deactivation = other.begin().await.unwrap();
    let user = deactivation.users().find_for_session_change(user.id).await.unwrap().unwrap();
    deactivation.refresh_tokens().revoke_all(user.id, at(1)).await.unwrap();
    deactivation.users().save(&user.deactivate().unwrap()).await.unwrap();
    let refreshed = refresh(world.units(), &PlainIssuer, &world.clock, &first_token);
    let refreshed = run_blocked(&world.sql, refreshed, deactivation.commit()).await;
    assert!(matches!(refreshed, Err(RefreshError::Invalid)), "{refreshed:?}");
    assert_eq!(live_tokens(&world).await, 0);
}

async fn a_deactivation_after_a_refresh_revokes_the_new_token(database: TestDatabase) {
    let (world, user, other) = open(&database).await;
    let refresh = begin_refresh(&other, user.id).await;
    let origin = Origin::program();
    let deactivation = deactivate(world.units(), &world.clock, &origin, user.id);
    run_blocked(&world.sql, deactivation, refresh.commit()).await.unwrap();
    assert!(!world.users().find(user.id).await.unwrap().unwrap().is_active);
    assert_eq!(live_tokens(&world).await, 0);
}
