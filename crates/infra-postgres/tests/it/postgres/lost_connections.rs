//! What callers learn when a connection is lost or the server reports an error.

use std::num::NonZeroU32;

use domain::RepositoryError;
use domain::book::NewBook;
use domain::pre_booking::NewPreBooking;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, before_each_new_row, copies, details};

pub(crate) fn suite() -> Suite {
    tests![
        tells_temporary_errors_from_others,
        a_connection_lost_in_a_write_leaves_the_outcome_unknown_and_is_replaced,
        a_transaction_lost_before_its_commit_is_unavailable_and_at_its_commit_unknown,
    ]
    .only_on(Engine::Postgres)
}

/// After an error that passes by itself the store is unavailable; any other error is a failure.
async fn tells_temporary_errors_from_others(database: TestDatabase) {
    let world = World::open(&database).await;
    for (code, expected) in [
        ("40001", true),
        ("40P01", true),
        ("53100", true),
        ("55P03", true),
        // A statement took too long.
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
        let raise = format!("RAISE EXCEPTION 'on purpose' USING ERRCODE = '{code}';");
        world.sql.execute(&before_each_new_row("books", &raise)).await;
        let book = NewBook { details: details("Solaris"), stock_quantity: copies(0), created_at: at(0) };
        let result = world.catalog().add(&book).await;
        assert_eq!(matches!(result, Err(RepositoryError::Unavailable(_))), expected, "{code}: {result:?}");
        assert!(result.is_err(), "{code}");
    }
}

/// Ends the connections of the store, as an operator can.
async fn end_connections(world: &World) {
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND application_name = 'bookstore'";
    assert!(world.sql.column::<bool>(ended).await.contains(&true));
    world.sql.until_sessions("true", 0).await;
}

/// The statement itself ends its connection.
async fn a_connection_lost_in_a_write_leaves_the_outcome_unknown_and_is_replaced(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    let user_id = world.add_user("ada").await.id;
    let end = "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;";
    world.sql.execute(&before_each_new_row("pre_bookings", end)).await;
    let new = NewPreBooking { user_id, book_id: book.id, round: book.round, created_at: at(0) };
    let lost = world.pre_bookings().add(&new, NonZeroU32::MAX).await;
    assert!(matches!(lost, Err(RepositoryError::OutcomeUnknown(_))), "{lost:?}");
    assert_eq!(world.books().find(book.id).await.unwrap(), Some(book));
}

async fn a_transaction_lost_before_its_commit_is_unavailable_and_at_its_commit_unknown(database: TestDatabase) {
    let world = World::open_with_connections(&database, 1).await;
    let book = world.add_book("Solaris", 0).await;
    for at_commit in [false, true] {
        let unit = world.units().begin().await.unwrap();
        let change = unit.stock().find_for_stock_change(book.id).await.unwrap().unwrap().set_stock(copies(5), at(60));
        unit.stock().save(&change.book).await.unwrap();
        end_connections(&world).await;
        let result = if at_commit {
            unit.commit().await
        } else {
            let result = unit.stock().add_restock(&change.restock.unwrap()).await;
            drop(unit);
            result
        };
        let is_told = match &result {
            Err(RepositoryError::Unavailable(_)) => !at_commit,
            Err(RepositoryError::OutcomeUnknown(_)) => at_commit,
            _ => false,
        };
        assert!(is_told, "{at_commit}: {result:?}");
        assert_eq!(world.book(book.id).await, book, "{at_commit}");
    }
}
