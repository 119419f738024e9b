use domain::book::{BookFilter, BookId, BookQuery, BookSort, DeletedBook, SearchText, SortDirection};
use test_support::{Engine, Suite, TestDatabase, tests};

use super::scans::{Scans, assert_served_by};
use crate::support::{World, page};

pub(crate) fn suite() -> Suite {
    tests![books_are_found_by_index, searches_use_trigrams, a_delete_looks_for_pre_bookings_by_index]
        .only_on(Engine::Postgres)
}

/// A book without pre-bookings and restocks.
const BOOK: i64 = 950;

async fn books_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let found = scans.of(async |world| drop(world.books().find(BookId::from_stored(BOOK)).await.unwrap())).await;
    assert_served_by(["books_pkey"], &found);
    let changed = scans
        .of(async |world| {
            world.set_stock(BookId::from_stored(BOOK), 5).await.unwrap().restock.unwrap();
        })
        .await;
    assert_served_by(["books_pkey"], &changed);
    for (sort, index) in [
        (BookSort::Title, "ix_books_title"),
        (BookSort::Author, "ix_books_author"),
        (BookSort::Price, "ix_books_price_cents"),
        (BookSort::CreatedAt, "ix_books_created_at"),
    ] {
        for direction in [SortDirection::Ascending, SortDirection::Descending] {
            let query = BookQuery { filter: BookFilter::default(), sort, direction, page: page(1, 5) };
            let listed = scans.of(async |world| drop(world.books().list(&query).await.unwrap())).await;
            assert_served_by([index], &listed);
        }
    }
}

async fn searches_use_trigrams(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    // With this many it costs more to look at each.
    scans.sql.execute("INSERT INTO books (title, author, price_cents) SELECT md5(n::text), md5((-n)::text), n FROM generate_series(1001, 20000) n").await;
    scans.sql.execute("VACUUM ANALYZE books").await;
    let text = SearchText::parse("abc1").ok();
    let text_filter = BookFilter { text: text.clone(), ..BookFilter::default() };
    let author_filter = BookFilter { author: text, ..BookFilter::default() };
    let of_text = scans.of(async |world| list(world, text_filter).await).await;
    assert_served_by(["ix_books_title_trigrams", "ix_books_author_trigrams"], &of_text);
    let of_author = scans.of(async |world| list(world, author_filter).await).await;
    assert_served_by(["ix_books_author_trigrams"], &of_author);
}

async fn list(world: &World, filter: BookFilter) {
    let (sort, direction) = (BookSort::CreatedAt, SortDirection::Descending);
    world.books().list(&BookQuery { filter, sort, direction, page: page(1, 5) }).await.unwrap();
}

async fn a_delete_looks_for_pre_bookings_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let deleted = scans
        .of(async |world| {
            assert_eq!(world.catalog().delete(BookId::from_stored(BOOK)).await.unwrap(), DeletedBook::Deleted);
        })
        .await;
    assert_served_by(
        ["books_pkey", "ix_pre_bookings_book_round", "uq_restocks_book_round", "ix_deliveries_book"],
        &deleted,
    );
}
