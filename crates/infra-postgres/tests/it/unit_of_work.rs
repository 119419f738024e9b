//! `UnitOfWorkFactory` and `UnitOfWork`: what is written together is committed together (I4).

use domain::book::{Book, DeletedBook, Restock, SetStockError};
use domain::{RepositoryError, UnitOfWork};
use sea_orm::{ConnectionTrait, TransactionTrait};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{Sql, World, at, copies, details, literal, new_user, open_store};
use crate::waiting::{open_a_patient_store, until_a_statement_waits_for_a_lock};

pub(crate) fn suite() -> Suite {
    tests![
        a_restock_that_fails_leaves_stock_and_round_as_they_were,
        a_dropped_unit_of_work_leaves_nothing,
        nobody_sees_half_of_a_unit_of_work,
        saving_a_stock_writes_stock_round_and_time_alone,
        a_round_is_ended_once,
        a_book_that_does_not_exist_has_no_stock,
        stock_changes_through_two_stores_take_turns,
    ]
    .and(
        tests![a_statement_sees_what_was_committed_before_it, a_lock_shows_what_was_committed_while_it_was_waited_for,]
            .only_on(Engine::Postgres),
    )
}

async fn a_restock_that_fails_leaves_stock_and_round_as_they_were(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    // Another restock of this round stands in the way, so the second of the two writes fails.
    world.sql.run(&format!("INSERT INTO restocks (book_id) VALUES ({})", book.id.get())).await;
    let result = world.set_stock(book.id, 5).await;
    assert!(matches!(result, Err(SetStockError::Repository(RepositoryError::Failed(_)))), "{result:?}");
    assert_eq!(world.book(book.id).await, book);
}

async fn a_dropped_unit_of_work_leaves_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    restock(&*unit, &book).await;
    unit.users().add(&new_user("ada", at(60))).await.unwrap().unwrap();
    drop(unit);
    assert_eq!(world.book(book.id).await, book);
    for table in ["restocks", "users"] {
        assert_eq!(world.sql.value::<i64>(&format!("SELECT count(*) FROM {table}")).await, 0);
    }
}

async fn nobody_sees_half_of_a_unit_of_work(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let waiting = world.add_pre_booking(user.id, &book).await;
    let facts = "SELECT books.stock_quantity || '/' || books.round || '/' || status \
                 FROM books JOIN pre_booking_statuses ON book_id = id";
    let before: String = world.sql.value(facts).await;
    assert_eq!(before, "0/0/waiting");

    let unit = world.units().begin().await.unwrap();
    unit.books().find_for_stock_change(book.id).await.unwrap().unwrap();
    let change = book.clone().set_stock(copies(5), at(60));
    unit.books().save_stock(&change.book).await.unwrap();
    assert_eq!(world.sql.value::<String>(facts).await, before);
    unit.books().add_restock(&change.restock.unwrap()).await.unwrap();
    assert_eq!(world.sql.value::<String>(facts).await, before);
    unit.commit().await.unwrap();

    assert_eq!(world.sql.value::<String>(facts).await, "5/1/notified");
    assert_eq!(world.book(book.id).await, change.book);
    assert_eq!(world.pre_booking(user.id, waiting.id).await.status.notified_at(), Some(at(60)));
}

async fn saving_a_stock_writes_stock_round_and_time_alone(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = world.add_book("Fiasco", 0).await;
    let changed = book.set_stock(copies(7), at(60)).book;
    // Its other details are not the book's: they must not be written.
    let stale = Book { details: details("Eden"), created_at: at(60), ..changed.clone() };
    world.catalog().save_stock(&stale).await.unwrap();
    assert_eq!(world.book(changed.id).await, changed);
    assert_eq!(world.book(other.id).await, other);
}

async fn a_round_is_ended_once(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let restock = book.set_stock(copies(7), at(60)).restock.unwrap();
    world.catalog().add_restock(&restock).await.unwrap();
    let again = Restock { quantity: copies(1), restocked_at: at(61), ..restock.clone() };
    let result = world.catalog().add_restock(&again).await;
    assert!(matches!(result, Err(RepositoryError::Failed(_))), "{result:?}");
    assert_eq!(world.sql.column::<i32>("SELECT quantity FROM restocks").await, [7]);
    assert_eq!(world.sql.column::<domain::Timestamp>("SELECT restocked_at FROM restocks").await, [at(60)]);
}

async fn a_book_that_does_not_exist_has_no_stock(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::Deleted);
    assert_eq!(world.catalog().find_for_stock_change(book.id).await.unwrap(), None);
    assert!(matches!(world.set_stock(book.id, 5).await, Err(SetStockError::BookNotFound)));
}

/// Each reads before it writes, which on SQLite only a transaction that begins with the write lock can do safely.
async fn stock_changes_through_two_stores_take_turns(database: TestDatabase) {
    let world = World::open(&database).await;
    let other = open_store(&database, 8).await;
    let book = world.add_book("Solaris", 0).await;
    for quantity in 1..=50 {
        let (one, two) = tokio::join!(
            world.set_stock(book.id, quantity),
            domain::book::set_stock(&other, &world.clock, book.id, copies(quantity)),
        );
        let restocks = [one.unwrap(), two.unwrap()].into_iter().filter(|change| change.restock.is_some()).count();
        assert_eq!(restocks, 1);
        world.set_stock(book.id, 0).await.unwrap();
    }
    assert_eq!(world.book(book.id).await.round.get(), 50);
}

/// READ COMMITTED, whatever the default of the server is.
async fn a_statement_sees_what_was_committed_before_it(database: TestDatabase) {
    let sql = Sql::connect(&database).await;
    let name: String = sql.value("SELECT current_database()::text").await;
    sql.run(&format!(r#"ALTER DATABASE "{name}" SET default_transaction_isolation = 'repeatable read'"#)).await;
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    unit.books().find_for_stock_change(domain::book::BookId::from_stored(99)).await.unwrap();
    world.sql.run("UPDATE books SET stock_quantity = 3").await;
    let seen = unit.books().find_for_stock_change(book.id).await.unwrap().unwrap();
    assert_eq!(seen.stock_quantity, copies(3));
}

async fn a_lock_shows_what_was_committed_while_it_was_waited_for(database: TestDatabase) {
    let world = open_a_patient_store(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let other = Sql::connect(&database).await;
    let transaction = other.0.begin().await.unwrap();
    let changes = format!(
        "UPDATE books SET stock_quantity = 3, round = 1, updated_at = {}; UPDATE users SET is_active = false",
        literal(at(60))
    );
    transaction.execute_unprepared(&changes).await.unwrap();

    let unit = world.units().begin().await.unwrap();
    let other_ends = async {
        until_a_statement_waits_for_a_lock(&world.sql).await;
        transaction.commit().await.unwrap();
    };
    let (seen, ()) = tokio::join!(unit.books().find_for_stock_change(book.id), other_ends);

    let seen = seen.unwrap().unwrap();
    assert_eq!((seen.stock_quantity, seen.round.get(), seen.updated_at), (copies(3), 1, at(60)));
    assert!(!unit.users().find_for_session_change(user.id).await.unwrap().unwrap().is_active);
}

async fn restock(unit: &dyn UnitOfWork, book: &Book) {
    let change = book.clone().set_stock(copies(5), at(60));
    unit.books().save_stock(&change.book).await.unwrap();
    unit.books().add_restock(&change.restock.unwrap()).await.unwrap();
    let seen = unit.books().find_for_stock_change(book.id).await.unwrap();
    assert_eq!(seen, Some(change.book), "a unit of work sees what it wrote");
}
