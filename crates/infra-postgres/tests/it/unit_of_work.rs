//! `UnitOfWorkFactory` and `UnitOfWork`: writes are committed together or not at all (I4).

use domain::RepositoryError;
use domain::book::{BookId, SetStockError};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, copies, literal, new_user, open_patient, restock_within, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        a_failed_restock_changes_neither_stock_nor_round,
        a_unit_of_work_sees_what_it_wrote,
        dropping_rolls_back,
        nobody_sees_part_of_a_unit_of_work,
    ]
    .and(
        tests![each_statement_sees_what_was_committed_before_it, a_lock_returns_what_was_committed_while_it_waited]
            .only_on(Engine::Postgres),
    )
    .and(tests![holds_the_write_lock_from_its_beginning].only_on(Engine::Sqlite))
}

async fn a_failed_restock_changes_neither_stock_nor_round(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    // The round has a restock already, so the second of the two writes fails.
    world.sql.execute(&format!("INSERT INTO restocks (book_id) VALUES ({})", book.id.get())).await;
    let result = world.set_stock(book.id, 5).await;
    assert!(matches!(result, Err(SetStockError::Repository(RepositoryError::Failed(_)))), "{result:?}");
    assert_eq!(world.book(book.id).await, book);
}

async fn a_unit_of_work_sees_what_it_wrote(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    let restocked = restock_within(&*unit, book.id, at(60)).await;
    assert_eq!(unit.stock().find_for_stock_change(book.id).await.unwrap(), Some(restocked));
}

async fn dropping_rolls_back(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    restock_within(&*unit, book.id, at(60)).await;
    unit.users().add(&new_user("ada", at(60))).await.unwrap().unwrap();
    drop(unit);
    assert_eq!(world.book(book.id).await, book);
    for table in ["restocks", "users"] {
        assert_eq!(world.sql.value::<i64>(&format!("SELECT count(*) FROM {table}")).await, 0);
    }
}

async fn nobody_sees_part_of_a_unit_of_work(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let waiting = world.add_pre_booking(user.id, &book).await;
    let facts = "SELECT books.stock_quantity || '/' || books.round || '/' || status \
                 FROM books JOIN pre_booking_statuses ON book_id = id";
    let before: String = world.sql.value(facts).await;
    assert_eq!(before, "0/0/waiting");

    let unit = world.units().begin().await.unwrap();
    let change = book.clone().set_stock(copies(5), at(60));
    unit.stock().save(&change.book).await.unwrap();
    assert_eq!(world.sql.value::<String>(facts).await, before);
    unit.stock().add_restock(&change.restock.unwrap()).await.unwrap();
    assert_eq!(world.sql.value::<String>(facts).await, before);
    unit.commit().await.unwrap();

    assert_eq!(world.sql.value::<String>(facts).await, "5/1/notified");
    assert_eq!(world.book(book.id).await, change.book);
    assert_eq!(world.pre_booking(user.id, waiting.id).await.state.notified_at(), Some(at(60)));
}

/// READ COMMITTED, whatever the default of the server is.
async fn each_statement_sees_what_was_committed_before_it(database: TestDatabase) {
    let sql = Bystander::connect(database.url()).await;
    let name: String = sql.value("SELECT current_database()::text").await;
    sql.execute(&format!(r#"ALTER DATABASE "{name}" SET default_transaction_isolation = 'repeatable read'"#)).await;
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let unit = world.units().begin().await.unwrap();
    unit.stock().find_for_stock_change(BookId::from_stored(99)).await.unwrap();
    world.sql.execute("UPDATE books SET stock_quantity = 3").await;
    let seen = unit.stock().find_for_stock_change(book.id).await.unwrap().unwrap();
    assert_eq!(seen.stock_quantity, copies(3));
}

async fn a_lock_returns_what_was_committed_while_it_waited(database: TestDatabase) {
    let world = open_patient(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let user = world.add_user("ada").await;
    let unit = world.units().begin().await.unwrap();

    let now = literal(at(60));
    let change = format!("UPDATE books SET stock_quantity = 3, round = 1, updated_at = {now}");
    let other = Bystander::connect(database.url()).await.begin(&change).await;
    let seen = run_blocked(&world.sql, unit.stock().find_for_stock_change(book.id), other.commit()).await;
    let seen = seen.unwrap().unwrap();
    assert_eq!((seen.stock_quantity, seen.round.get(), seen.updated_at), (copies(3), 1, at(60)));

    let other = Bystander::connect(database.url()).await.begin("UPDATE users SET is_active = false").await;
    let seen = run_blocked(&world.sql, unit.users().find_for_session_change(user.id), other.commit()).await;
    assert!(!seen.unwrap().unwrap().is_active);
}

/// A transaction that has only read can't write after another one has written.
async fn holds_the_write_lock_from_its_beginning(database: TestDatabase) {
    let world = World::open(&database).await;
    let unit = world.units().begin().await.unwrap();
    world.sql.execute("PRAGMA busy_timeout = 0").await;
    assert!(world.sql.try_execute("BEGIN IMMEDIATE").await.is_err());
    unit.commit().await.unwrap();
    world.sql.execute("BEGIN IMMEDIATE").await;
}
