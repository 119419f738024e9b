//! `StockRepository`.

use domain::book::{Book, DeletedBook, Restock, SetStockError};
use domain::{RepositoryError, Timestamp};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, copies, details};

pub(crate) fn suite() -> Suite {
    tests![saves_only_stock_round_and_time, adds_no_second_restock_of_a_round, finds_nothing_for_an_unknown_book]
}

async fn saves_only_stock_round_and_time(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = world.add_book("Fiasco", 0).await;
    let changed = book.set_stock(copies(7), at(60)).book;
    // Its other details differ from the book's, and must not be written.
    let stale = Book { details: details("Eden"), created_at: at(60), ..changed.clone() };
    world.stock().save(&stale).await.unwrap();
    assert_eq!(world.book(changed.id).await, changed);
    assert_eq!(world.book(other.id).await, other);
}

async fn adds_no_second_restock_of_a_round(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let restock = book.set_stock(copies(7), at(60)).restock.unwrap();
    world.stock().add_restock(&restock).await.unwrap();
    let again = Restock { quantity: copies(1), restocked_at: at(61), ..restock.clone() };
    let result = world.stock().add_restock(&again).await;
    assert!(matches!(result, Err(RepositoryError::Failed(_))), "{result:?}");
    assert_eq!(world.sql.column::<i32>("SELECT quantity FROM restocks").await, [7]);
    assert_eq!(world.sql.column::<Timestamp>("SELECT restocked_at FROM restocks").await, [at(60)]);
}

async fn finds_nothing_for_an_unknown_book(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::Deleted);
    assert_eq!(world.stock().find_for_stock_change(book.id).await.unwrap(), None);
    assert!(matches!(world.set_stock(book.id, 5).await, Err(SetStockError::BookNotFound)));
}
