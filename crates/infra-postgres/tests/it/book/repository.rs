//! `BookReader::find` and `BookRepository`.

use domain::book::{
    Author, Book, BookChange, BookDetails, BookId, ChangedBook, CoverImageUrl, DeletedBook, Description, Isbn, NewBook,
    Price, Round, Title,
};
use domain::pre_booking::cancel;
use sea_orm::prelude::Date;
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, at, at_micros, copies, details};

pub(crate) fn suite() -> Suite {
    tests![
        finds_a_book_as_it_was_added,
        finds_nothing_for_an_unknown_book,
        adds_no_second_book_with_an_isbn_in_either_form,
        adds_books_with_other_isbns_or_none,
        changes_nothing_if_the_new_isbn_is_taken,
        changes_an_isbn_to_its_other_form,
        changes_only_the_given_details,
        clears_optional_details,
        changes_no_unknown_book,
        deletes_a_book_without_pre_bookings_and_its_restocks,
        keeps_a_book_that_was_ever_pre_booked,
        never_reuses_an_identifier,
    ]
}

async fn finds_a_book_as_it_was_added(database: TestDatabase) {
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

async fn finds_nothing_for_an_unknown_book(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.add_book("Solaris", 0).await;
    assert_eq!(world.books().find(BookId::from_stored(book.id.get() + 1)).await.unwrap(), None);
}

/// Each an ISBN-10 and the ISBN-13 of the same book.
const PAIRS: [(&str, &str); 2] = [("0306406152", "9780306406157"), ("080442957X", "9780804429573")];

async fn adds_no_second_book_with_an_isbn_in_either_form(database: TestDatabase) {
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

async fn adds_books_with_other_isbns_or_none(database: TestDatabase) {
    let world = World::open(&database).await;
    // The last one differs from the first only in its prefix, and several books may have none.
    for text in ["9780306406157", "9780804429573", "9790306406156", "", ""] {
        assert!(world.try_add_book(with_isbn(text), 0).await.is_some(), "{text}");
    }
}

async fn changes_nothing_if_the_new_isbn_is_taken(database: TestDatabase) {
    let world = World::open(&database).await;
    world.try_add_book(with_isbn(PAIRS[0].0), 0).await.unwrap();
    let book = world.add_book("Solaris", 0).await;
    for text in [PAIRS[0].0, PAIRS[0].1] {
        let change = BookChange { isbn: Some(isbn(text)), title: Title::parse("Eden").ok(), ..BookChange::default() };
        assert_eq!(world.catalog().change(book.id, &change, at(60)).await.unwrap(), ChangedBook::IsbnTaken);
    }
    assert_eq!(world.book(book.id).await, book);
}

async fn changes_an_isbn_to_its_other_form(database: TestDatabase) {
    let world = World::open(&database).await;
    let book = world.try_add_book(with_isbn(PAIRS[0].0), 0).await.unwrap();
    let change = BookChange { isbn: Some(isbn(PAIRS[0].1)), ..BookChange::default() };
    changed(&world, &book, &change).await;
    assert_eq!(world.book(book.id).await.details.isbn, isbn(PAIRS[0].1));
}

/// Copies one of the second details to the first.
type Apply = fn(&mut BookDetails, BookDetails);

async fn changes_only_the_given_details(database: TestDatabase) {
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

async fn clears_optional_details(database: TestDatabase) {
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

async fn changes_no_unknown_book(database: TestDatabase) {
    let world = World::open(&database).await;
    let change = BookChange { title: Title::parse("Eden").ok(), ..BookChange::default() };
    let unknown = BookId::from_stored(1);
    assert_eq!(world.catalog().change(unknown, &change, at(60)).await.unwrap(), ChangedBook::NotFound);
}

async fn deletes_a_book_without_pre_bookings_and_its_restocks(database: TestDatabase) {
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
async fn keeps_a_book_that_was_ever_pre_booked(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let pre_booking = world.add_pre_booking(user, &book).await;
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    world.set_stock(book.id, 5).await.unwrap();
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    cancel(world.pre_bookings(), &world.clock, user, pre_booking.id).await.unwrap();
    assert_eq!(world.catalog().delete(book.id).await.unwrap(), DeletedBook::HasPreBookings);
    assert_eq!(world.sql.value::<i64>("SELECT count(*) FROM restocks").await, 1);
    assert_eq!(world.book(book.id).await.details, book.details);
}

async fn never_reuses_an_identifier(database: TestDatabase) {
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
