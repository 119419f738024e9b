//! How long the store waits, and what need not wait.

use std::time::Instant;

use domain::RepositoryError;
use domain::book::SetStockError;
use domain::pre_booking::place;
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{RULES, World, at, new_user, placement, restock_within};

pub(crate) fn suite() -> Suite {
    tests![a_full_pool_is_unavailable]
        .and(
            tests![
                waits_a_second_for_a_lock,
                sets_the_limits_of_every_connection,
                placements_go_on_while_stock_and_account_are_locked,
                a_stock_change_does_not_wait_for_placements,
            ]
            .only_on(Engine::Postgres),
        )
        .and(tests![a_file_that_another_program_writes_is_unavailable].only_on(Engine::Sqlite))
}

fn is_unavailable<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Unavailable(_)))
}

fn assert_took(seconds: f64, start: Instant) {
    let took = start.elapsed().as_secs_f64();
    assert!((seconds * 0.9..seconds + 2.0).contains(&took), "it took {took:.2} s instead of {seconds}");
}

async fn a_full_pool_is_unavailable(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    let start = Instant::now();
    let (found, begun) = tokio::join!(world.books().find(book.id), world.units().begin());
    assert_took(2.0, start);
    assert!(is_unavailable(&found), "{found:?}");
    assert!(is_unavailable(&begun));
    unit.commit().await.unwrap();
    assert_eq!(world.book(book.id).await, book);
}

async fn waits_a_second_for_a_lock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let other = Bystander::connect(database.url()).await.begin("SELECT FROM books, users FOR UPDATE").await;
    let (stock, accounts) = (world.stock(), world.accounts());
    let start = Instant::now();
    let (stock, locked, account) = tokio::join!(
        world.set_stock(book.id, 5),
        stock.find_for_stock_change(book.id),
        accounts.find_for_session_change(user.id),
    );
    assert_took(1.0, start);
    assert!(matches!(stock, Err(SetStockError::Repository(RepositoryError::Unavailable(_)))), "{stock:?}");
    assert!(is_unavailable(&locked), "{locked:?}");
    assert!(is_unavailable(&account), "{account:?}");
    other.rollback().await.unwrap();
    assert_eq!(world.book(book.id).await, book);
    world.set_stock(book.id, 5).await.unwrap();
}

/// A trigger makes the store's own connections record their settings.
async fn sets_the_limits_of_every_connection(database: TestDatabase) {
    let world = World::open_with_connections(&database, 3).await;
    world.sql.execute("CREATE TABLE limits (pid int, name text, setting text)").await;
    world.sql.execute(
        "CREATE FUNCTION note_limits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO limits SELECT pg_backend_pid(), name, setting || unit FROM pg_settings \
         WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'); RETURN NEW; END $$; \
         CREATE TRIGGER note_limits AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION note_limits()",
    )
    .await;
    // Three units of work at once take three connections.
    let units = [
        world.units().begin().await.unwrap(),
        world.units().begin().await.unwrap(),
        world.units().begin().await.unwrap(),
    ];
    for (number, unit) in units.into_iter().enumerate() {
        unit.users().add(&new_user(&format!("user{number}"), at(0))).await.unwrap().unwrap();
        unit.commit().await.unwrap();
    }
    let connections = "SELECT count(DISTINCT pid) FROM limits";
    assert_eq!(world.sql.value::<i64>(connections).await, 3);
    let limits: Vec<String> = world.sql.column("SELECT DISTINCT name || '=' || setting FROM limits ORDER BY 1").await;
    let expected = ["idle_in_transaction_session_timeout=30000ms", "lock_timeout=1000ms", "statement_timeout=10000ms"];
    assert_eq!(limits, expected);
}

/// One half of I9: a user pre-books a book while transactions hold the locks of that book and that user.
async fn placements_go_on_while_stock_and_account_are_locked(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    restock_within(&*unit, book.id, at(60)).await;
    unit.users().find_for_session_change(user.id).await.unwrap().unwrap();
    // This would fail after a second if it had to wait.
    let placed = place(world.books(), world.pre_bookings(), &world.clock, RULES, &user, book.id).await.unwrap();
    unit.commit().await.unwrap();
    let notified = world.pre_booking(user.id, placed.pre_booking.id).await.state.notified_at();
    assert_eq!(notified, Some(at(60)));
}

/// The other half of I9: placements hold FOR KEY SHARE on the rows of the book and the user until they end.
async fn a_stock_change_does_not_wait_for_placements(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let pending = Bystander::connect(database.url()).await.begin(&placement(user, &book)).await;
    world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    let unit = world.units().begin().await.unwrap();
    let account = unit.users().find_for_session_change(user).await.unwrap().unwrap();
    unit.users().save(&account.deactivate().unwrap()).await.unwrap();
    unit.commit().await.unwrap();
    pending.commit().await.unwrap();
    let statuses: Vec<String> = world.sql.column("SELECT status FROM pre_booking_statuses").await;
    assert_eq!(statuses, ["notified"]);
}

async fn a_file_that_another_program_writes_is_unavailable(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = Bystander::connect(database.url()).await.begin("UPDATE books SET stock_quantity = 1").await;
    let start = Instant::now();
    let result = world.set_stock(book.id, 5).await;
    assert_took(2.0, start);
    assert!(matches!(result, Err(SetStockError::Repository(RepositoryError::Unavailable(_)))), "{result:?}");
    // Reads need no lock.
    assert_eq!(world.book(book.id).await, book);
    other.rollback().await.unwrap();
    world.set_stock(book.id, 5).await.unwrap();
}
