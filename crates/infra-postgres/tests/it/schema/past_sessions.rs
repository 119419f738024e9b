//! The migration to a store with sessions keeps everyone logged in.

use domain::account::{Email, Subject, TokenHash};
use migration::Migrator;
use sea_orm_migration::MigratorTrait;
use test_support::{Bystander, Suite, TestDatabase, tests};

use crate::support::{World, at, new_session};

pub(crate) fn suite() -> Suite {
    tests![families_that_can_be_refreshed_become_sessions, every_account_gets_a_subject, can_be_undone]
        .on_an_empty_database()
}

/// The number of steps before there were sessions.
const BEFORE: u32 = 9;

/// Families in this order: refreshed once, logged out, expired, and of another user.
const ROWS: &str = "
    INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'hash'), ('grace@example.com', 'hash');
    INSERT INTO refresh_tokens (user_id, token_hash, family, created_at, expires_at, revoked_at) VALUES
        (1, 'ended', 'ended', '2026-11-19T10:00:00+00:00', '2096-11-26T10:00:00+00:00', '2026-11-20T10:00:00+00:00'),
        (1, 'first', 'first', '2026-11-20T10:00:00+00:00', '2096-11-27T10:00:00+00:00', '2026-11-20T11:00:00+00:00'),
        (1, 'old', 'old', '2026-01-20T10:00:00+00:00', '2026-01-27T10:00:00+00:00', NULL),
        (1, 'second', 'first', '2026-11-20T11:00:00+00:00', '2096-11-27T11:00:00+00:00', NULL),
        (2, 'hers', 'hers', '2026-11-20T12:00:00+00:00', '2096-11-27T12:00:00+00:00', NULL);";

async fn world_before_sessions(database: &TestDatabase) -> World {
    let sql = Bystander::connect(database.url()).await;
    Migrator::up(sql.connection(), Some(BEFORE)).await.unwrap();
    assert!(sql.try_execute("SELECT 1 FROM sessions").await.is_err(), "sessions exist already");
    sql.execute(ROWS).await;
    sql.close().await;
    World::open(database).await
}

fn hash(text: &str) -> TokenHash {
    TokenHash::new(text.to_owned())
}

async fn families_that_can_be_refreshed_become_sessions(database: TestDatabase) {
    let world = world_before_sessions(&database).await;
    let [first, second, hers, ended, old] = ["first", "second", "hers", "ended", "old"].map(hash);
    let find = async |hash| world.sessions().find_token(hash).await.unwrap();
    let (used, unused) = (find(&first).await.unwrap(), find(&second).await.unwrap());
    assert_eq!(used.session, unused.session);
    assert_eq!(used.used_at.unwrap().to_rfc3339(), "2026-11-20T11:00:00+00:00");
    assert_eq!((unused.used_at, unused.session.ended_at, unused.session.user_id.get()), (None, None, 1));
    let times = [unused.session.created_at, unused.session.last_used_at, unused.session.expires_at];
    let expected = ["2026-11-20T10:00:00+00:00", "2026-11-20T11:00:00+00:00", "2096-11-27T11:00:00+00:00"];
    assert_eq!(times.map(|time| time.to_rfc3339()), expected);
    assert_eq!(find(&hers).await.unwrap().session.user_id.get(), 2);
    for gone in [&ended, &old] {
        assert_eq!(find(gone).await, None);
    }
    let new = world.sessions().add(&new_session(used.session.user_id, at(0))).await.unwrap();
    assert!(new > used.session.id && new > find(&hers).await.unwrap().session.id);
}

async fn every_account_gets_a_subject(database: TestDatabase) {
    let world = world_before_sessions(&database).await;
    let mut subjects: Vec<Subject> = Vec::new();
    for email in ["ada@example.com", "grace@example.com"] {
        let found = world.users().find_credentials(&Email::parse(email).unwrap()).await.unwrap().unwrap();
        assert!(found.user.subject.as_str().len() >= 32, "{found:?}");
        subjects.push(found.user.subject);
    }
    assert_ne!(subjects[0], subjects[1]);
}

async fn can_be_undone(database: TestDatabase) {
    let world = world_before_sessions(&database).await;
    let steps = u32::try_from(Migrator::migrations().len()).unwrap() - BEFORE;
    Migrator::down(world.sql.connection(), Some(steps)).await.unwrap();
    let live = "SELECT token_hash FROM refresh_tokens WHERE revoked_at IS NULL ORDER BY token_hash";
    assert_eq!(world.sql.column::<String>(live).await, ["hers", "second"]);
    Migrator::up(world.sql.connection(), None).await.unwrap();
    assert!(world.sessions().find_token(&hash("second")).await.unwrap().is_some());
}
