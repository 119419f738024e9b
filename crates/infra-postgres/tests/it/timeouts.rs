//! What waits, and for how long: nothing hangs, and what may go on meanwhile does.

use std::time::{Duration, Instant};

use domain::RepositoryError;
use domain::book::{BookId, NewBook, SetStockError};
use domain::pre_booking::place;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{Sql, World, at, copies, details, new_user};
use crate::waiting::{before_each_new_book, until};

pub(crate) fn suite() -> Suite {
    tests![a_pool_without_a_free_connection_is_unavailable]
        .and(
            tests![
                a_lock_is_waited_for_a_second,
                every_connection_has_its_limits,
                a_lost_connection_is_unavailable_and_then_replaced,
                a_lost_transaction_is_unavailable,
                errors_are_worth_another_try_or_not,
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

fn about(seconds: f64, start: Instant) {
    let took = start.elapsed().as_secs_f64();
    assert!((seconds * 0.9..seconds + 2.0).contains(&took), "it took {took:.2} s instead of {seconds}");
}

/// A transaction of somebody else, in which this was done.
async fn elsewhere(database: &TestDatabase, sql: &str) -> DatabaseTransaction {
    let transaction = Sql::connect(database).await.0.begin().await.unwrap();
    transaction.execute_unprepared(sql).await.unwrap();
    transaction
}

async fn a_pool_without_a_free_connection_is_unavailable(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    let start = Instant::now();
    let (found, begun) = tokio::join!(world.books().find(book.id), world.units().begin());
    about(2.0, start);
    assert!(is_unavailable(&found), "{found:?}");
    assert!(is_unavailable(&begun));
    unit.commit().await.unwrap();
    assert_eq!(world.book(book.id).await, book);
}

async fn a_lock_is_waited_for_a_second(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let other = elsewhere(&database, "SELECT FROM books, users FOR UPDATE").await;
    let start = Instant::now();
    let (stock, locked, account) = tokio::join!(
        world.set_stock(book.id, 5),
        world.catalog().find_for_stock_change(book.id),
        world.accounts().find_for_session_change(user.id),
    );
    about(1.0, start);
    assert!(matches!(stock, Err(SetStockError::Repository(RepositoryError::Unavailable(_)))), "{stock:?}");
    assert!(is_unavailable(&locked), "{locked:?}");
    assert!(is_unavailable(&account), "{account:?}");
    other.rollback().await.unwrap();
    assert_eq!(world.book(book.id).await, book);
    world.set_stock(book.id, 5).await.unwrap();
}

/// A trigger of the test makes the store's own connections say what they are set to.
async fn every_connection_has_its_limits(database: TestDatabase) {
    let world = World::open_with_connections(&database, 3).await;
    world.sql.run("CREATE TABLE limits (pid int, name text, setting text)").await;
    // The function runs within the store's own statement.
    world.sql.run(
        "CREATE FUNCTION note_limits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         INSERT INTO limits SELECT pg_backend_pid(), name, setting || unit FROM pg_settings \
         WHERE name IN ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'); RETURN NEW; END $$; \
         CREATE TRIGGER note_limits AFTER INSERT ON books FOR EACH ROW EXECUTE FUNCTION note_limits()",
    )
    .await;
    // Three units of work at once take three connections.
    let units = [
        world.units().begin().await.unwrap(),
        world.units().begin().await.unwrap(),
        world.units().begin().await.unwrap(),
    ];
    for (number, unit) in units.into_iter().enumerate() {
        let (details, stock_quantity) = (details(&format!("Volume {number}")), copies(0));
        let book = NewBook { details, stock_quantity, created_at: at(0) };
        unit.books().add(&book).await.unwrap().unwrap();
        unit.commit().await.unwrap();
    }
    let connections = "SELECT count(DISTINCT pid) FROM limits";
    assert_eq!(world.sql.value::<i64>(connections).await, 3);
    let limits: Vec<String> = world.sql.column("SELECT DISTINCT name || '=' || setting FROM limits ORDER BY 1").await;
    let expected = ["idle_in_transaction_session_timeout=30000ms", "lock_timeout=1000ms", "statement_timeout=10000ms"];
    assert_eq!(limits, expected);
}

/// What the server's error codes become: a state of the moment is worth another try, a defect is not.
async fn errors_are_worth_another_try_or_not(database: TestDatabase) {
    let world = World::open(&database).await;
    for (code, expected) in [
        ("40001", true),
        ("40P01", true),
        ("53100", true),
        ("55P03", true),
        // What the server says when a statement took too long.
        ("57014", true),
        ("57P01", true),
        ("25006", true),
        ("54001", false),
        ("55000", false),
        ("58030", false),
        ("22003", false),
        ("23514", false),
        ("42P01", false),
        ("P0001", false),
    ] {
        let raise = format!("RAISE EXCEPTION 'as asked for' USING ERRCODE = '{code}';");
        world.sql.run(&before_each_new_book(&raise)).await;
        let book = NewBook { details: details("Solaris"), stock_quantity: copies(0), created_at: at(0) };
        let result = world.catalog().add(&book).await;
        assert_eq!(is_unavailable(&result), expected, "{code}: {result:?}");
        assert!(result.is_err(), "{code}");
    }
}

async fn end_the_stores_connections(world: &World) {
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'bookstore'";
    assert!(world.sql.column::<bool>(ended).await.contains(&true));
    until(
        &world.sql,
        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'bookstore')",
    )
    .await;
}

/// The connection is lost while it is used: the statement itself ends it.
async fn a_lost_connection_is_unavailable_and_then_replaced(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    let end = "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;";
    world.sql.run(&before_each_new_book(end)).await;
    let new = NewBook { details: details("Fiasco"), stock_quantity: copies(0), created_at: at(0) };
    let lost = world.catalog().add(&new).await;
    assert!(is_unavailable(&lost), "{lost:?}");
    assert_eq!(world.books().find(book.id).await.unwrap(), Some(book));
}

async fn a_lost_transaction_is_unavailable(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    for at_commit in [false, true] {
        let unit = world.units().begin().await.unwrap();
        let change = unit.books().find_for_stock_change(book.id).await.unwrap().unwrap().set_stock(copies(5), at(60));
        unit.books().save_stock(&change.book).await.unwrap();
        end_the_stores_connections(&world).await;
        let result = if at_commit {
            unit.commit().await
        } else {
            let result = unit.books().add_restock(&change.restock.unwrap()).await;
            drop(unit);
            result
        };
        assert!(is_unavailable(&result), "{at_commit}: {result:?}");
        assert_eq!(world.book(book.id).await, book, "{at_commit}");
    }
}

/// I9, the one half: a stock change and a change of sessions hold their locks, and their user pre-books that book.
async fn placements_go_on_while_stock_and_account_are_locked(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    let change = unit.books().find_for_stock_change(book.id).await.unwrap().unwrap().set_stock(copies(5), at(60));
    unit.users().find_for_session_change(user).await.unwrap().unwrap();
    unit.books().save_stock(&change.book).await.unwrap();
    unit.books().add_restock(&change.restock.unwrap()).await.unwrap();
    // It would fail after a second if it had to wait.
    let placed = place(world.books(), world.pre_bookings(), &world.clock, user, book.id).await.unwrap();
    unit.commit().await.unwrap();
    let notified = world.pre_booking(user, placed.pre_booking.id).await.status.notified_at();
    assert_eq!(notified, Some(at(60)));
}

/// I9, the other half: placements hold FOR KEY SHARE on the rows of the book and the user until they end.
async fn a_stock_change_does_not_wait_for_placements(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.accounts().add(&new_user("ada", at(0))).await.unwrap().unwrap().id;
    let book: BookId = world.add_book("Solaris", 0).await.id;
    let insert = format!("INSERT INTO pre_bookings (user_id, book_id) VALUES ({}, {})", user.get(), book.get());
    let pending = elsewhere(&database, &insert).await;
    world.set_stock(book, 5).await.unwrap().restock.unwrap();
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
    let other = elsewhere(&database, "UPDATE books SET stock_quantity = 1").await;
    let start = Instant::now();
    let result = world.set_stock(book.id, 5).await;
    about(2.0, start);
    assert!(matches!(result, Err(SetStockError::Repository(RepositoryError::Unavailable(_)))), "{result:?}");
    // Reading needs no lock.
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(world.book(book.id).await, book);
    other.rollback().await.unwrap();
    world.set_stock(book.id, 5).await.unwrap();
}
