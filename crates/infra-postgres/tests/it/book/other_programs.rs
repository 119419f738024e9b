//! Other programs that write the stock with SQL: the store records the restock.

use std::sync::Arc;

use domain::Timestamp;
use domain::pre_booking::{AddedPreBooking, PreBookingStatus};
use sea_orm::ConnectionTrait;
use test_support::{Bystander, Engine, Suite, TestDatabase, rounds, tests};

use crate::support::{World, all, at, fan_out_all, open_patient, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        an_update_in_sql_notifies_everyone_who_waits,
        only_a_change_from_none_to_some_is_a_restock,
        one_statement_restocks_many_books,
        a_rollback_undoes_the_restock,
        no_placement_beside_an_update_in_sql_is_forgotten,
    ]
    .and(tests![an_update_that_waits_for_a_restock_adds_none, wakes_the_workers].only_on(Engine::Postgres))
}

const A_YEAR: i64 = 365 * 24 * 60 * 60;
const STATUSES: &str = "SELECT status FROM pre_booking_statuses ORDER BY pre_booking_id";
const ROUNDS: &str = "SELECT round FROM restocks ORDER BY book_id, round";

async fn an_update_in_sql_notifies_everyone_who_waits(database: TestDatabase) {
    let world = World::open(&database).await;
    // The trigger has the clock of the database, which MUST not be behind that of the test.
    world.clock.set(at(-A_YEAR));
    let (book, other) = (world.add_book("Solaris", 0).await, world.add_book("Fiasco", 0).await);
    let (ada, grace) = (world.add_user("ada").await.id, world.add_user("grace").await.id);
    let placed = world.add_pre_booking(ada, &book).await;
    world.add_pre_booking(grace, &book).await;
    world.add_pre_booking(ada, &other).await;

    world.sql.execute("UPDATE books SET stock_quantity = 3 WHERE title = 'Solaris'").await;

    assert_eq!(world.sql.column::<String>(STATUSES).await, ["notified", "notified", "waiting"]);
    assert_eq!(world.sql.column::<i32>("SELECT quantity FROM restocks").await, [3]);
    let restocked_at: Timestamp = world.sql.value("SELECT restocked_at FROM restocks").await;
    let restocked = world.book(book.id).await;
    assert_eq!((restocked.round.get(), restocked.updated_at), (1, restocked_at));
    assert_eq!(world.pre_booking(ada, placed.id).await.state.notified_at(), Some(restocked_at));
    assert_eq!(world.book(other.id).await, other);
    world.clock.set(restocked_at);
    fan_out_all(&world).await;
    assert_eq!(all(&world).await.len(), 2);
}

async fn only_a_change_from_none_to_some_is_a_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    for (stock, restocks) in [(0, 0), (3, 1), (5, 1), (5, 1), (0, 1), (0, 1), (2, 2)] {
        world.sql.execute(&format!("UPDATE books SET stock_quantity = {stock}")).await;
        let found = world.book(book.id).await;
        assert_eq!((i64::from(found.stock_quantity.get()), found.round.get()), (stock, restocks));
        assert_eq!(world.sql.column::<i64>(ROUNDS).await, (0..restocks).collect::<Vec<_>>());
    }
    // What was sold out in SQL is restocked by the service, and the other way round.
    world.sql.execute("UPDATE books SET stock_quantity = 0").await;
    assert!(world.set_stock(book.id, 4).await.unwrap().restock.is_some());
    world.set_stock(book.id, 0).await.unwrap();
    world.sql.execute("UPDATE books SET stock_quantity = 1").await;
    assert_eq!(world.sql.column::<i64>(ROUNDS).await, [0, 1, 2, 3]);
    // Another column's change is none.
    world.sql.execute("UPDATE books SET stock_quantity = 0").await;
    world.sql.execute("UPDATE books SET price_cents = 1, title = 'Eden'").await;
    assert_eq!(world.sql.column::<i64>(ROUNDS).await, [0, 1, 2, 3]);
}

async fn one_statement_restocks_many_books(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    for title in ["Solaris", "Fiasco", "Eden"] {
        let book = world.add_book(title, 0).await;
        world.add_pre_booking(user, &book).await;
    }
    world.add_book("In stock", 1).await;
    world.sql.execute("UPDATE books SET stock_quantity = stock_quantity + 5").await;
    assert_eq!(world.sql.column::<String>(STATUSES).await, ["notified"; 3]);
    assert_eq!(world.sql.column::<i64>(ROUNDS).await, [0, 0, 0]);
}

async fn a_rollback_undoes_the_restock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await.id;
    world.add_pre_booking(user, &book).await;
    world.sql.begin("UPDATE books SET stock_quantity = 5").await.rollback().await.unwrap();
    assert_eq!(world.book(book.id).await, book);
    assert_eq!(world.sql.column::<String>(STATUSES).await, ["waiting"]);
    assert_eq!(world.sql.column::<i64>(ROUNDS).await, [0; 0]);
}

/// A placement is refused, or notified, or belongs to the next round. None waits for a book that is in stock.
async fn no_placement_beside_an_update_in_sql_is_forgotten(database: TestDatabase) {
    let world = Arc::new(World::open(&database).await);
    let users = world.add_users(10).await;
    for round in 0..rounds(10) {
        let book = world.add_book(&format!("Book {round}"), 0).await;
        let placing: Vec<_> = users
            .iter()
            .map(|&user| {
                let (world, book) = (Arc::clone(&world), book.clone());
                tokio::spawn(async move { world.try_add_pre_booking(user, &book).await })
            })
            .collect();
        let restock = format!("UPDATE books SET stock_quantity = 5 WHERE id = {}", book.id.get());
        world.sql.execute(&restock).await;
        for (placement, &user) in placing.into_iter().zip(&users) {
            if let AddedPreBooking::Added(placed) = placement.await.unwrap() {
                let status = world.pre_booking(user, placed.id).await.state.status();
                assert_eq!(status, PreBookingStatus::Notified, "in round {round}");
            }
        }
    }
}

async fn an_update_that_waits_for_a_restock_adds_none(database: TestDatabase) {
    let world = open_patient(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = Bystander::connect(database.url()).await.begin("UPDATE books SET stock_quantity = 3").await;
    let restocked = run_blocked(&world.sql, world.set_stock(book.id, 5), other.commit()).await.unwrap();
    assert_eq!(restocked.restock, None);
    assert_eq!(world.sql.column::<i64>(ROUNDS).await, [0]);
    assert_eq!(world.book(book.id).await.round.get(), 1);
}

async fn wakes_the_workers(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_book("Solaris", 0).await;
    world.add_book("Fiasco", 0).await;
    // The first call returns at once, because a new connection counts as a restock.
    world.signal().restocked().await.unwrap();
    let other = Bystander::connect(database.url()).await;
    other.connection().execute_unprepared("UPDATE books SET stock_quantity = 1").await.unwrap();
    world.signal().restocked().await.unwrap();
}
