//! Changes of one account's sessions that overlap (PostgreSQL). Each locks the account first, so the second waits for the first.

use domain::account::{
    AccessClaims, AccessTokenError, IssuedRefreshToken, NewRefreshToken, RefreshError, Refreshed, SessionId, Subject,
    TokenHash, TokenIssueError, TokenIssuer, User, deactivate, refresh,
};
use domain::audit::Origin;
use domain::{Timestamp, UnitOfWork, UnitOfWorkFactory};
use infra_postgres::Store;
use secrecy::{ExposeSecret, SecretString};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, new_session, open_patient, open_store, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        the_second_refresh_with_a_token_ends_its_session,
        a_refresh_after_a_deactivation_is_rejected,
        a_deactivation_after_a_refresh_ends_the_session,
    ]
    .only_on(Engine::Postgres)
}

/// Issues tokens that are their own hashes.
#[derive(Debug)]
struct PlainIssuer;

impl TokenIssuer for PlainIssuer {
    fn new_subject(&self) -> Result<Subject, TokenIssueError> {
        Ok(Subject::new("somebody".into()))
    }

    fn issue_access(&self, _: &User, _: SessionId, _: Timestamp) -> Result<SecretString, TokenIssueError> {
        Ok("access".into())
    }

    fn verify_access(&self, _: &str, _: Timestamp) -> Result<AccessClaims, AccessTokenError> {
        Err(AccessTokenError::Invalid)
    }

    fn issue_refresh(&self, _: Timestamp) -> Result<IssuedRefreshToken, TokenIssueError> {
        Ok(IssuedRefreshToken { token: "new".into(), hash: hash("new"), expires_at: at(3600) })
    }

    fn hash_refresh(&self, token: &SecretString) -> TokenHash {
        hash(token.expose_secret())
    }
}

fn hash(token: &str) -> TokenHash {
    TokenHash::new(token.to_owned())
}

fn token(session_id: SessionId, name: &str) -> NewRefreshToken {
    NewRefreshToken { session_id, hash: hash(name), created_at: at(0), expires_at: at(3600) }
}

/// A store in which a user has a session with the token `first`, and another store, whose transactions come first.
struct Overlap {
    world: World,
    user: User,
    session: SessionId,
    other: Store,
}

async fn open(database: &TestDatabase) -> Overlap {
    let world = open_patient(database).await;
    let user = world.add_user("ada").await;
    let session = world.sessions().add(&new_session(user.id, at(0))).await.unwrap();
    world.sessions().add_token(&token(session, "first")).await.unwrap();
    Overlap { world, user, session, other: open_store(database, 1).await }
}

impl Overlap {
    /// Refreshes the token `first`, without the commit.
    async fn begin_refresh(&self) -> Box<dyn UnitOfWork> {
        let unit = self.other.begin().await.unwrap();
        unit.users().find_for_session_change(self.user.id).await.unwrap().unwrap();
        unit.sessions().save_used(&hash("first"), at(1)).await.unwrap();
        unit.sessions().add_token(&token(self.session, "second")).await.unwrap();
        unit
    }

    async fn live_sessions(&self) -> i64 {
        self.world.sql.value("SELECT count(*) FROM sessions WHERE ended_at IS NULL").await
    }
}

async fn the_second_refresh_with_a_token_ends_its_session(database: TestDatabase) {
    let overlap = open(&database).await;
    let (world, first_token) = (&overlap.world, "first".into());
    let first = overlap.begin_refresh().await;
    let second = refresh(world.units(), &PlainIssuer, &world.clock, &first_token);
    let second = run_blocked(&world.sql, second, first.commit()).await.unwrap();
    assert!(matches!(second, Refreshed::Reused(_)), "{second:?}");
    assert_eq!(overlap.live_sessions().await, 0);
}

async fn a_refresh_after_a_deactivation_is_rejected(database: TestDatabase) {
    let overlap = open(&database).await;
    let (world, first_token) = (&overlap.world, "first".into());
    let deactivation = overlap.other.begin().await.unwrap();
    let user = deactivation.users().find_for_session_change(overlap.user.id).await.unwrap().unwrap();
    deactivation.sessions().end_all(user.id, None, at(1)).await.unwrap();
    deactivation.users().save(&user.deactivate().unwrap()).await.unwrap();
    let refreshed = refresh(world.units(), &PlainIssuer, &world.clock, &first_token);
    let refreshed = run_blocked(&world.sql, refreshed, deactivation.commit()).await;
    assert!(matches!(refreshed, Err(RefreshError::Invalid)), "{refreshed:?}");
    assert_eq!(overlap.live_sessions().await, 0);
}

async fn a_deactivation_after_a_refresh_ends_the_session(database: TestDatabase) {
    let overlap = open(&database).await;
    let (world, user) = (&overlap.world, overlap.user.id);
    let refresh = overlap.begin_refresh().await;
    let origin = Origin::program();
    let deactivation = deactivate(world.units(), &world.clock, &origin, user);
    run_blocked(&world.sql, deactivation, refresh.commit()).await.unwrap();
    assert!(!world.users().find(user).await.unwrap().unwrap().is_active);
    assert_eq!(overlap.live_sessions().await, 0);
}
