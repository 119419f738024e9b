//! What must hold of sessions whatever runs at the same time, over the use cases of `domain`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::Timestamp;
use domain::account::{
    AccessTokenError, IssuedRefreshToken, NewRefreshToken, RefreshTokenHash, Refreshed, TokenIssueError, TokenIssuer,
    User, UserId, deactivate, refresh,
};
use secrecy::{ExposeSecret, SecretString};
use test_support::{Suite, TestDatabase, tests};
use tokio::task::JoinSet;

use crate::support::{World, at};

pub(crate) fn suite() -> Suite {
    tests![of_many_refreshes_with_one_token_one_succeeds, no_session_outlives_a_deactivation]
}

/// Issues tokens that are their own hashes.
#[derive(Debug, Default)]
struct CountingIssuer(AtomicU64);

impl TokenIssuer for CountingIssuer {
    fn issue_access(&self, _: &User, _: Timestamp) -> Result<SecretString, TokenIssueError> {
        Ok("access".into())
    }

    fn verify_access(&self, _: &str, _: Timestamp) -> Result<UserId, AccessTokenError> {
        Err(AccessTokenError::Invalid)
    }

    fn issue_refresh(&self, _: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError> {
        let token = format!("issued {}", self.0.fetch_add(1, Ordering::SeqCst));
        let hash = RefreshTokenHash::new(token.clone());
        Ok(IssuedRefreshToken { token: token.into(), hash, expires_at: at(3600) })
    }

    fn hash_refresh(&self, token: &SecretString) -> RefreshTokenHash {
        RefreshTokenHash::new(token.expose_secret().to_owned())
    }
}

async fn world_with_a_session(database: &TestDatabase) -> (Arc<World>, UserId) {
    let world = World::open_shared(database, 12).await;
    let user = world.add_user("ada").await.id;
    (world, user)
}

async fn add_token(world: &World, user_id: UserId, name: &str) {
    let hash = RefreshTokenHash::new(name.to_owned());
    let token = NewRefreshToken { user_id, hash: hash.clone(), family: hash, created_at: at(0), expires_at: at(3600) };
    world.refresh_tokens().add(&token).await.unwrap();
}

async fn live_tokens(world: &World) -> i64 {
    world.sql.value("SELECT count(*) FROM refresh_tokens WHERE revoked_at IS NULL").await
}

/// The others are told of the reuse, and what the first one got is revoked with the family.
async fn of_many_refreshes_with_one_token_one_succeeds(database: TestDatabase) {
    let (world, user) = world_with_a_session(&database).await;
    let issuer = Arc::new(CountingIssuer::default());
    for round in 0..20 {
        let name = format!("token {round}");
        add_token(&world, user, &name).await;
        let mut tasks = JoinSet::new();
        for _ in 0..6 {
            let (world, issuer, name) = (Arc::clone(&world), Arc::clone(&issuer), name.clone());
            tasks.spawn(async move { refresh(world.units(), &*issuer, &world.clock, &name.into()).await.unwrap() });
        }
        let results = tasks.join_all().await;
        let refreshed = results.iter().filter(|result| matches!(result, Refreshed::Refreshed(_))).count();
        assert_eq!((refreshed, results.len()), (1, 6), "in round {round}");
        assert_eq!(live_tokens(&world).await, 0, "in round {round}");
    }
}

async fn no_session_outlives_a_deactivation(database: TestDatabase) {
    let (world, user) = world_with_a_session(&database).await;
    let issuer = Arc::new(CountingIssuer::default());
    for round in 0..20 {
        let mut tasks = JoinSet::new();
        for number in 0..6 {
            let name = format!("token {round}/{number}");
            add_token(&world, user, &name).await;
            let (world, issuer) = (Arc::clone(&world), Arc::clone(&issuer));
            tasks.spawn(async move {
                // It comes before the deactivation or after it; both are fine.
                let _ = refresh(world.units(), &*issuer, &world.clock, &name.into()).await;
            });
        }
        let admin = Arc::clone(&world);
        tasks.spawn(async move { deactivate(admin.units(), &admin.clock, user).await.map(drop).unwrap() });
        tasks.join_all().await;
        assert!(!world.users().find(user).await.unwrap().unwrap().is_active);
        assert_eq!(live_tokens(&world).await, 0, "in round {round}");
        domain::account::reactivate(world.units(), user).await.unwrap();
    }
}
