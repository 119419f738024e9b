//! Overlaps of two transactions on PostgreSQL. The order is fixed: one holds a lock, and the other waits for it.

use std::fmt::Debug;

use test_support::{Bystander, TestDatabase};

use super::World;

/// Opens a store with one connection, which waits for locks without a limit: on a busy machine its usual second might be over
/// before the test sees that it waits.
pub(crate) async fn open_patient(database: &TestDatabase) -> World {
    let world = World::open_with_connections(database, 1).await;
    let wait = "PERFORM set_config('lock_timeout', '0', false); RETURN NEW;";
    world.sql.execute(&before_each_new_row("books", wait)).await;
    let book = world.add_book("Any", 0).await;
    world.catalog().delete(book.id).await.unwrap();
    world
}

/// Returns the SQL that makes the store's own connection run this before it inserts a row of this table.
pub(crate) fn before_each_new_row(table: &str, plpgsql: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION before_each_new_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {plpgsql} END $$; \
         CREATE OR REPLACE TRIGGER before_each_new_row BEFORE INSERT ON {table} \
         FOR EACH ROW EXECUTE FUNCTION before_each_new_row()"
    )
}

/// Runs a call of the store until it waits for a lock, then ends the transaction that holds the lock. Returns the result of the
/// call.
pub(crate) async fn run_blocked<T, E: Debug>(
    sql: &Bystander,
    call: impl Future<Output = T>,
    end_of_holder: impl Future<Output = Result<(), E>>,
) -> T {
    let unblock = async {
        sql.until_blocked().await;
        end_of_holder.await.unwrap();
    };
    tokio::join!(call, unblock).0
}
