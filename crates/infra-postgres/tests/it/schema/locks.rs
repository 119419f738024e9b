//! A migration needs a table that a long transaction reads (PostgreSQL).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use migration::Migrator;
use sea_orm::DatabaseTransaction;
use sea_orm_migration::MigratorTrait;
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};
use tokio::time::timeout;

pub(crate) fn suite() -> Suite {
    tests![a_migration_that_waits_for_a_reader_delays_nobody_else, a_migration_gives_up_in_the_end]
        .only_on(Engine::Postgres)
}

/// How long a placement may take: the half second of a turn, and the delays of a busy machine.
const BRIEFLY: Duration = Duration::from_secs(2);
/// How many turns of the migration to observe.
const TURNS: usize = 3;

/// The step that drops an index of `pre_bookings`, for which nobody else may use the table.
const STEP: &str = "m20261121_000007_add_fan_out_to_restocks";

/// Returns a database before that step.
async fn outdated(database: &TestDatabase) -> Bystander {
    let sql = Bystander::connect(database.url()).await;
    let steps = Migrator::migrations();
    let later = steps.iter().rev().position(|step| step.name() == STEP).unwrap();
    Migrator::down(sql.connection(), Some(u32::try_from(later + 1).unwrap())).await.unwrap();
    sql.execute("INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'hash')").await;
    sql.execute("INSERT INTO books (title, author, price_cents) VALUES ('Solaris', 'Stanisław Lem', 1999)").await;
    sql
}

/// Returns an open transaction that has read the pre-bookings.
async fn reader(database: &TestDatabase) -> DatabaseTransaction {
    Bystander::connect(database.url()).await.begin("SELECT FROM pre_bookings").await
}

/// Since when the migration waits for a table.
const WAITING_SINCE: &str = "
    SELECT waitstart::text FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND mode = 'AccessExclusiveLock' AND waitstart IS NOT NULL";

async fn a_migration_that_waits_for_a_reader_delays_nobody_else(database: TestDatabase) {
    let (sql, reader) = (outdated(&database).await, reader(&database).await);
    let own = Bystander::connect(database.url()).await;
    let migrating = tokio::spawn(async move { migration::migrate(own.connection()).await });
    let enough = Arc::new(AtomicBool::new(false));
    let placing = tokio::spawn(place(Bystander::connect(database.url()).await, Arc::clone(&enough)));
    let mut turns = BTreeSet::new();
    while turns.len() < TURNS && !placing.is_finished() {
        assert!(!migrating.is_finished(), "it does not wait: {:?}", migrating.await);
        turns.extend(sql.column::<String>(WAITING_SINCE).await);
    }
    enough.store(true, Ordering::Relaxed);
    let placed = placing.await.unwrap();

    reader.rollback().await.unwrap();
    migrating.await.unwrap().unwrap();
    assert!(migration::is_current(sql.connection()).await.unwrap());
    assert_eq!(sql.value::<i64>("SELECT count(*) FROM pre_bookings").await, placed);
}

/// Places one pre-booking after the other, each without a long wait. Returns their number.
async fn place(sql: Bystander, enough: Arc<AtomicBool>) -> i64 {
    let (mut placed, mut longest) = (0, Duration::ZERO);
    while !enough.load(Ordering::Relaxed) {
        let placement = format!("INSERT INTO pre_bookings (user_id, book_id, round) VALUES (1, 1, {placed})");
        let started = Instant::now();
        assert!(timeout(BRIEFLY, sql.execute(&placement)).await.is_ok(), "a placement waits for the migration");
        (placed, longest) = (placed + 1, longest.max(started.elapsed()));
    }
    eprintln!("{placed} placements beside a migration that waited, {longest:.0?} at most");
    placed
}

async fn a_migration_gives_up_in_the_end(database: TestDatabase) {
    let (sql, reader) = (outdated(&database).await, reader(&database).await);
    let error = migration::migrate_within(sql.connection(), Duration::ZERO).await.unwrap_err().to_string();
    assert!(error.contains("a table that must be changed was in use for 0 s"), "{error}");
    assert!(!migration::is_current(sql.connection()).await.unwrap());
    reader.rollback().await.unwrap();
    migration::migrate(sql.connection()).await.unwrap();
}
