//! Waits for what another connection does, by asking the server instead of sleeping.

use std::time::{Duration, Instant};

use test_support::TestDatabase;

use crate::support::{Sql, World};

/// Longer than anything that a test waits for may take.
const TOO_LONG: Duration = Duration::from_secs(20);

/// Waits until a statement in this PostgreSQL database waits for a lock.
pub(crate) async fn until_a_statement_waits_for_a_lock(sql: &Sql) {
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock')";
    until(sql, waits).await;
}

/// Waits until the answer to a question is `true`.
pub(crate) async fn until(sql: &Sql, question: &str) {
    let start = Instant::now();
    while !sql.value::<bool>(question).await {
        assert!(start.elapsed() < TOO_LONG, "never became true: {question}");
    }
}

/// Lets the store's own connection do this before each new book.
pub(crate) fn before_each_new_book(plpgsql: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION before_each_new_book() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {plpgsql} END $$; \
         CREATE OR REPLACE TRIGGER before_each_new_book BEFORE INSERT ON books \
         FOR EACH ROW EXECUTE FUNCTION before_each_new_book()"
    )
}

/// A store of one connection, which waits for a lock as long as it takes once it has added a book: on a busy machine its
/// own second might be over before the test sees that it waits.
pub(crate) async fn open_a_patient_store(database: &TestDatabase) -> World {
    let world = World::open_with_connections(database, 1).await;
    let wait = "PERFORM set_config('lock_timeout', '0', false); RETURN NEW;";
    world.sql.run(&before_each_new_book(wait)).await;
    world
}
