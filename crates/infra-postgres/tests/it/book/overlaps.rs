//! Changes, deletes and restocks of one book that overlap with others (PostgreSQL).

use domain::UnitOfWorkFactory;
use domain::book::{BookChange, ChangedBook, DeletedBook, Price, Restock};
use domain::pre_booking::{PlaceError, place};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{RULES, at, copies, open_patient, open_store, placement, restock_within, run_blocked};

pub(crate) fn suite() -> Suite {
    tests![
        a_change_keeps_what_another_wrote_while_it_waited,
        the_second_of_two_restocks_is_none,
        a_delete_that_waits_for_a_placement_deletes_nothing,
        a_placement_that_waits_for_a_delete_adds_nothing,
    ]
    .only_on(Engine::Postgres)
}

async fn a_change_keeps_what_another_wrote_while_it_waited(database: TestDatabase) {
    let world = open_patient(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = Bystander::connect(database.url()).await.begin("UPDATE books SET title = 'Eden'").await;

    let change = BookChange { price: Price::parse("5").ok(), ..BookChange::default() };
    let catalog = world.catalog();
    let changed = catalog.change(book.id, &change, at(60));
    let changed = run_blocked(&world.sql, changed, other.commit()).await.unwrap();

    let ChangedBook::Changed(changed) = changed else { panic!("{changed:?}") };
    assert_eq!((changed.details.title.as_str(), changed.details.price.cents()), ("Eden", 500));
    assert_eq!(world.book(book.id).await, *changed);
}

/// I3, I4.
async fn the_second_of_two_restocks_is_none(database: TestDatabase) {
    let world = open_patient(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let first = open_store(&database, 1).await.begin().await.unwrap();
    restock_within(&*first, book.id, at(60)).await;

    let second = run_blocked(&world.sql, world.set_stock(book.id, 7), first.commit()).await.unwrap();

    assert_eq!((second.restock, second.book.stock_quantity, second.book.round.get()), (None::<Restock>, copies(7), 1));
    assert_eq!(world.book(book.id).await, second.book);
    assert_eq!(world.sql.column::<i32>("SELECT quantity FROM restocks").await, [5]);
}

/// I7.
async fn a_delete_that_waits_for_a_placement_deletes_nothing(database: TestDatabase) {
    let world = open_patient(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let placing = Bystander::connect(database.url()).await.begin(&placement(user, &book)).await;
    let deleted = run_blocked(&world.sql, world.catalog().delete(book.id), placing.commit()).await.unwrap();
    assert_eq!(deleted, DeletedBook::HasPreBookings);
    assert_eq!(world.book(book.id).await, book);
}

/// I7.
async fn a_placement_that_waits_for_a_delete_adds_nothing(database: TestDatabase) {
    let world = open_patient(&database).await;
    let user = world.add_user("ada").await;
    let book = world.add_book("Solaris", 0).await;
    let deleting = Bystander::connect(database.url()).await.begin("DELETE FROM books").await;
    let placed = place(world.books(), world.pre_bookings(), &world.clock, RULES, &user, book.id);
    let placed = run_blocked(&world.sql, placed, deleting.commit()).await;
    assert!(matches!(placed, Err(PlaceError::BookNotFound)), "{placed:?}");
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM pre_bookings").await, 0);
}
