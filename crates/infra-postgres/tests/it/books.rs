//! `BookReader::find` and `BookRepository`, apart from the stock.

use domain::book::{
    Author, Book, BookChange, BookDetails, BookId, ChangedBook, CoverImageUrl, DeletedBook, Description, Isbn, NewBook,
    Price, Round, Title,
};
use sea_orm::prelude::Date;
use sea_orm::{ConnectionTrait, TransactionTrait};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{Sql, World, at, at_micros, copies, details};
use crate::waiting::{open_a_patient_store, until_a_statement_waits_for_a_lock};

pub(crate) fn suite() -> Suite {
    tests![
        a_book_is_found_as_it_was_added,
        a_book_that_does_not_exist_is_not_found,
        an_isbn_is_taken_whichever_form_it_has,
        another_isbn_is_not_taken,
        a_change_to_a_taken_isbn_changes_nothing,
        a_book_may_keep_its_isbn_in_the_other_form,
        a_change_writes_what_is_given_and_no_more,
        a_change_clears_what_it_says_is_none,
        a_book_that_does_not_exist_is_not_changed,
        two_changes_of_different_details_both_last,
        a_book_that_was_never_pre_booked_is_deleted_with_its_restocks,
        a_book_that_was_ever_pre_booked_stays,
        an_identifier_is_never_used_again,
    ]
    .and(tests![a_change_that_waits_for_another_keeps_what_that_one_wrote].only_on(Engine::Postgres))
}

async fn a_book_is_found_as_it_was_added(database: TestDatabase) {
    let world = World::open(&database).await;
    for (all_details, stock, created_at) in [
        (details("Solaris"), 0, at(0)),
        (full_details(), 2_147_483_647, at_micros(1)),
        (details("Fiasco"), 1, at_micros(999_999)),
    ] {
        let new_book = NewBook { details: all_details, stock_quantity: copies(stock), created_at };
        let added = world.catalog().add(&new_book).await.unwrap().unwrap();
        let expected = Book {
            id: added.id,
            details: new_book.details,
            stock_quantity: copies(stock),
            round: Round::default(),
            created_at,
            updated_at: created_at,
        };
        assert_eq!(added, expected);
        assert_eq!(world.books().find(added.id).await.unwrap(), Some(expected));
    }
}

async fn a_book_that_does_not_exist_is_not_found(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    assert_eq!(world.books().find(BookId::from_stored(book.id.get() + 1)).await.unwrap(), None);
}

/// An ISBN-10 and the ISBN-13 of the same book.
const PAIRS: [(&str, &str); 2] = [("0306406152", "9780306406157"), ("080442957X", "9780804429573")];

async fn an_isbn_is_taken_whichever_form_it_has(database: TestDatabase) {
    let world = World::open(&database).await;
    let [(ten, thirteen), (other_ten, other_thirteen)] = PAIRS;
    for (first, second) in [(ten, thirteen), (other_thirteen, other_ten)] {
        let book = world.try_add_book(with_isbn(first), 0).await.unwrap();
        assert_eq!(book.details.isbn, isbn(first));
        assert_eq!(world.try_add_book(with_isbn(second), 0).await, None);
        assert_eq!(world.try_add_book(with_isbn(first), 0).await, None);
    }
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM books").await, 2);
}

async fn another_isbn_is_not_taken(database: TestDatabase) {
    let world = World::open(&database).await;
    // The last one differs from the first in its prefix alone, and two books may well have none.
    for text in ["9780306406157", "9780804429573", "9790306406156", "", ""] {
        assert!(world.try_add_book(with_isbn(text), 0).await.is_some(), "{text}");
    }
}

async fn a_change_to_a_taken_isbn_changes_nothing(database: TestDatabase) {
    let world = World::open(&database).await;
    world.try_add_book(with_isbn(PAIRS[0].0), 0).await.unwrap();
    let book = world.add_book("Solaris", 0).await;
    for text in [PAIRS[0].0, PAIRS[0].1] {
        let change = BookChange { isbn: Some(isbn(text)), title: Title::parse("Eden").ok(), ..BookChange::default() };
        assert_eq!(world.catalog().change(book.id, &change, at(60)).await.unwrap(), ChangedBook::IsbnTaken);
    }
    assert_eq!(world.book(book.id).await, book);
}

async fn a_book_may_keep_its_isbn_in_the_other_form(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.try_add_book(with_isbn(PAIRS[0].0), 0).await.unwrap();
    let change = BookChange { isbn: Some(isbn(PAIRS[0].1)), ..BookChange::default() };
    changed(&world, &book, &change).await;
    assert_eq!(world.book(book.id).await.details.isbn, isbn(PAIRS[0].1));
}

/// Writes one of the second details over that of the first.
type Apply = fn(&mut BookDetails, BookDetails);

async fn a_change_writes_what_is_given_and_no_more(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 3).await;
    let other = world.add_book("Fiasco", 0).await;
    let new = full_details();
    let none = BookChange::default;
    let changes: [(BookChange, Apply); 8] = [
        (none(), |_, _| ()),
        (BookChange { title: Some(new.title.clone()), ..none() }, |all, new| all.title = new.title),
        (BookChange { author: Some(new.author.clone()), ..none() }, |all, new| all.author = new.author),
        (BookChange { price: Some(new.price), ..none() }, |all, new| all.price = new.price),
        (BookChange { isbn: Some(new.isbn.clone()), ..none() }, |all, new| all.isbn = new.isbn),
        (BookChange { description: Some(new.description.clone()), ..none() }, |all, new| {
            all.description = new.description;
        }),
        (BookChange { cover_image_url: Some(new.cover_image_url.clone()), ..none() }, |all, new| {
            all.cover_image_url = new.cover_image_url;
        }),
        (BookChange { publish_date: Some(new.publish_date), ..none() }, |all, new| all.publish_date = new.publish_date),
    ];
    let mut expected = book.clone();
    for (seconds, (change, apply)) in (60..).zip(changes) {
        apply(&mut expected.details, new.clone());
        expected.updated_at = at(seconds);
        let result = world.catalog().change(book.id, &change, at(seconds)).await.unwrap();
        assert_eq!(result, ChangedBook::Changed(Box::new(expected.clone())), "{change:?}");
        assert_eq!(world.book(book.id).await, expected, "{change:?}");
    }
    assert_eq!(world.book(other.id).await, other);
}

async fn a_change_clears_what_it_says_is_none(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.try_add_book(full_details(), 0).await.unwrap();
    let change = BookChange {
        isbn: Some(None),
        description: Some(None),
        cover_image_url: Some(None),
        publish_date: Some(None),
        ..BookChange::default()
    };
    changed(&world, &book, &change).await;
    let cleared =
        BookDetails { isbn: None, description: None, cover_image_url: None, publish_date: None, ..full_details() };
    assert_eq!(world.book(book.id).await.details, cleared);
}

async fn a_book_that_does_not_exist_is_not_changed(database: TestDatabase) {
    let world = World::open(&database).await;
    let change = BookChange { title: Title::parse("Eden").ok(), ..BookChange::default() };
    let unknown = BookId::from_stored(1);
    assert_eq!(world.catalog().change(unknown, &change, at(60)).await.unwrap(), ChangedBook::NotFound);
}

async fn two_changes_of_different_details_both_last(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    for round in 1..=50 {
        let title = Title::parse(format!("Volume {round}")).unwrap();
        let author = Author::parse(format!("Author {round}")).unwrap();
        let of_title = BookChange { title: Some(title.clone()), ..BookChange::default() };
        let of_author = BookChange { author: Some(author.clone()), ..BookChange::default() };
        tokio::join!(changed(&world, &book, &of_title), changed(&world, &book, &of_author));
        let now = world.book(book.id).await.details;
        assert_eq!((now.title, now.author), (title, author));
    }
}

async fn a_change_that_waits_for_another_keeps_what_that_one_wrote(database: TestDatabase) {
    let world = open_a_patient_store(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let other = Sql::connect(&database).await;
    let transaction = other.0.begin().await.unwrap();
    transaction.execute_unprepared("UPDATE books SET title = 'Eden'").await.unwrap();

    let change = BookChange { price: Price::parse("5").ok(), ..BookChange::default() };
    let other_ends = async {
        until_a_statement_waits_for_a_lock(&world.sql).await;
        transaction.commit().await.unwrap();
    };
    tokio::join!(changed(&world, &book, &change), other_ends);

    let now = world.book(book.id).await.details;
    assert_eq!((now.title.as_str(), now.price.cents()), ("Eden", 500));
}

async fn a_book_that_was_never_pre_booked_is_deleted_with_its_restocks(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    let kept = world.add_book("Fiasco", 0).await;
    for id in [book.id, kept.id] {
        world.set_stock(id, 5).await.unwrap();
    }
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::Deleted);
    assert_eq!(world.books().find(book.id).await.unwrap(), None);
    assert_eq!(world.sql.column::<i64>("SELECT book_id FROM restocks").await, [kept.id.get()]);
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::NotFound);
}

/// I7: waiting, notified or cancelled.
async fn a_book_that_was_ever_pre_booked_stays(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let pre_booking = world.add_pre_booking(user, &book).await;
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    domain::pre_booking::cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await.unwrap();
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM restocks").await, 1);
    assert_eq!(world.book(book.id).await.details, book.details);
}

async fn an_identifier_is_never_used_again(database: TestDatabase) {
    let world = World::open(&database).await;
    let first = world.add_book("Solaris", 0).await;
    world.catalog().delete(first.id).await.unwrap();
    assert!(world.add_book("Fiasco", 0).await.id > first.id);
}

async fn changed(world: &World, book: &Book, change: &BookChange) {
    let result = world.catalog().change(book.id, change, at(60)).await.unwrap();
    assert!(matches!(result, ChangedBook::Changed(_)), "{result:?}");
}

fn isbn(text: &str) -> Option<Isbn> {
    Isbn::parse(text).unwrap()
}

fn with_isbn(text: &str) -> BookDetails {
    BookDetails { isbn: isbn(text), ..details("Solaris") }
}

fn full_details() -> BookDetails {
    BookDetails {
        title: Title::parse("The Cyberiad").unwrap(),
        author: Author::parse("St. Lem 🤖").unwrap(),
        price: Price::parse("99999999.99").unwrap(),
        isbn: isbn("9780306406157"),
        description: Description::parse("Fables\nfor the 'cybernetic' age").ok(),
        cover_image_url: CoverImageUrl::parse("https://example.com/cover?of=cyberiad".to_owned()).ok(),
        publish_date: Date::from_ymd_opt(1965, 2, 28),
    }
}
