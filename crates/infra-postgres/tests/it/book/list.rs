//! `BookReader::list`.

use domain::book::{
    Author, Book, BookDetails, BookFilter, BookQuery, BookSort, NewBook, Price, SearchText, SortDirection, Title,
};
use test_support::{Bystander, Engine, Suite, TestDatabase, tests};

use crate::support::{World, at, copies, details, page};

pub(crate) fn suite() -> Suite {
    tests![
        each_filter_finds_its_books,
        combines_all_filters,
        ignores_case_in_every_script,
        matches_every_character_literally,
        sorts_both_ways_with_ties_by_identifier,
        sorts_titles_regardless_of_case,
        pages_continue_and_show_the_total,
    ]
    .and(
        tests![sorts_letters_with_accents, the_index_finds_what_a_scan_finds, finds_the_final_form_of_sigma]
            .only_on(Engine::Postgres),
    )
}

/// Title, author, price in cents, stock, and the seconds of `created_at`.
const BOOKS: [(&str, &str, i64, i64, i64); 5] = [
    ("Solaris", "Stanisław Lem", 1500, 0, 3),
    ("Fiasco", "Stanisław Lem", 2000, 3, 1),
    ("Lem: a life", "Wojciech Orliński", 2500, 0, 5),
    ("Dune", "Frank Herbert", 1500, 1, 3),
    ("The Dispossessed", "Ursula K. Le Guin", 500, 0, 4),
];

async fn world_with_books(database: &TestDatabase) -> World {
    let world = World::open(database).await;
    for (title, author, cents, stock, seconds) in BOOKS {
        let author = Author::parse(author).unwrap();
        let details = BookDetails { author, price: Price::from_stored(cents), ..details(title) };
        let book = NewBook { details, stock_quantity: copies(stock), created_at: at(seconds) };
        world.catalog().add(&book).await.unwrap().unwrap();
    }
    world
}

async fn each_filter_finds_its_books(database: TestDatabase) {
    let world = world_with_books(&database).await;
    let all = BookFilter::default;
    for (filter, expected) in [
        (all(), &[0, 1, 2, 3, 4][..]),
        (BookFilter { text: text("lem"), ..all() }, &[0, 1, 2]),
        (BookFilter { text: text("dis"), ..all() }, &[4]),
        (BookFilter { text: text("s l"), ..all() }, &[]),
        (BookFilter { text: text(""), ..all() }, &[0, 1, 2, 3, 4]),
        (BookFilter { author: text("lem"), ..all() }, &[0, 1]),
        (BookFilter { author: text("dune"), ..all() }, &[]),
        (BookFilter { in_stock: Some(true), ..all() }, &[1, 3]),
        (BookFilter { in_stock: Some(false), ..all() }, &[0, 2, 4]),
        (BookFilter { min_price_cents: Some(1501), ..all() }, &[1, 2]),
        (BookFilter { min_price_cents: Some(2000), ..all() }, &[1, 2]),
        (BookFilter { max_price_cents: Some(1500), ..all() }, &[0, 3, 4]),
        (BookFilter { max_price_cents: Some(1499), ..all() }, &[4]),
        (BookFilter { min_price_cents: Some(i64::MAX), ..all() }, &[]),
    ] {
        assert_eq!(found(&world, &filter).await, titles(expected), "{filter:?}");
    }
}

async fn combines_all_filters(database: TestDatabase) {
    let world = world_with_books(&database).await;
    let one = BookFilter {
        text: text("s"),
        author: text("lem"),
        in_stock: Some(true),
        min_price_cents: Some(1500),
        max_price_cents: Some(2000),
    };
    assert_eq!(found(&world, &one).await, ["Fiasco"]);
    for none in [
        BookFilter { text: text("solaris"), ..one.clone() },
        BookFilter { author: text("herbert"), text: text("fiasco"), ..one.clone() },
        BookFilter { in_stock: Some(false), text: text("fiasco"), ..one.clone() },
        BookFilter { min_price_cents: Some(2001), ..one.clone() },
        BookFilter { max_price_cents: Some(1999), ..one.clone() },
    ] {
        assert_eq!(found(&world, &none).await, [""; 0], "{none:?}");
    }
}

/// Each a title, and a search text that finds it.
const CASES: [(&str, &str); 10] = [
    ("Solaris", "sOLAR"),
    ("ÄRGER im Büro", "ärger"),
    ("ÄRGER im Büro", "BÜRO"),
    ("Война и мир", "ВОЙНА"),
    ("ПИКНИК", "пикник"),
    ("Οδύσσεια", "ΎΣΣΕΙΑ"),
    ("ΙΛΙΆΔΑ", "ιλιάδα"),
    ("Հայկական", "ՀԱՅԿԱԿԱՆ"),
    ("Żółw", "żÓŁ"),
    ("日本 Ｔｏｋｙｏ", "ｔＯＫＹＯ"),
];

async fn ignores_case_in_every_script(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_book("Something else", 0).await;
    assert_eq!(parts_not_found(&world).await, [""; 0]);
}

/// Adds the books and searches for them. Returns the search texts that failed.
async fn parts_not_found(world: &World) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for (stored, part) in CASES {
        let book = world.add_book(stored, 0).await;
        if found(world, &BookFilter { text: text(part), ..BookFilter::default() }).await != [stored] {
            failed.push(part);
        }
        world.catalog().delete(book.id).await.unwrap();
    }
    failed
}

/// The trigrams of the index must not depend on the locale of the server.
async fn the_index_finds_what_a_scan_finds(database: TestDatabase) {
    let sql = Bystander::connect(database.url()).await;
    let name: String = sql.value("SELECT current_database()::text").await;
    // This applies to connections that are opened later, such as the store's. Lists can then only use the index.
    sql.execute(&format!(r#"ALTER DATABASE "{name}" SET enable_seqscan = off"#)).await;
    sql.execute(&format!(r#"ALTER DATABASE "{name}" SET enable_indexscan = off"#)).await;
    sql.execute(&format!(r#"ALTER DATABASE "{name}" SET enable_indexonlyscan = off"#)).await;
    let world = World::open(&database).await;
    world.add_book("Something else", 0).await;
    assert_eq!(parts_not_found(&world).await, [""; 0]);
}

/// At the end of a word, lower-case sigma has another form. A search text may end inside a word.
async fn finds_the_final_form_of_sigma(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_book("ΟΔΥΣΣΕΙΑ", 0).await;
    world.add_book("ΟΜΗΡΟΣ", 0).await;
    for (part, expected) in [("ΟΔΥΣ", "ΟΔΥΣΣΕΙΑ"), ("οδυσ", "ΟΔΥΣΣΕΙΑ"), ("ομηρος", "ΟΜΗΡΟΣ"), ("ΡΟΣ", "ΟΜΗΡΟΣ")]
    {
        let filter = BookFilter { text: text(part), ..BookFilter::default() };
        assert_eq!(found(&world, &filter).await, [expected], "{part}");
    }
}

async fn matches_every_character_literally(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_book("Plain 100", 0).await;
    let special =
        ["%", "_", r"\", r"\%", r"\d", ".", "*", "+", "?", "^", "$", "|", "(", ")", "[a-z]", "{2}", "'", "\""];
    for part in special {
        let title = format!("x{part}y");
        let book = world.add_book(&title, 0).await;
        for part in [part.to_owned(), title.clone(), format!("X{part}")] {
            let filter = BookFilter { text: text(&part), ..BookFilter::default() };
            assert_eq!(found(&world, &filter).await, [title.as_str()], "{part}");
            let filter = BookFilter { author: text(&part), ..BookFilter::default() };
            assert_eq!(found(&world, &filter).await, [""; 0], "{part}");
        }
        world.catalog().delete(book.id).await.unwrap();
    }
}

async fn sorts_both_ways_with_ties_by_identifier(database: TestDatabase) {
    let world = world_with_books(&database).await;
    for (sort, ascending) in [
        (BookSort::Title, [3, 1, 2, 0, 4]),
        (BookSort::Author, [3, 0, 1, 4, 2]),
        (BookSort::Price, [4, 0, 3, 1, 2]),
        (BookSort::CreatedAt, [1, 0, 3, 4, 2]),
    ] {
        let mut expected = titles(&ascending);
        assert_eq!(listed(&world, sort, SortDirection::Ascending).await, expected, "{sort:?}");
        expected.reverse();
        assert_eq!(listed(&world, sort, SortDirection::Descending).await, expected, "{sort:?}");
    }
}

async fn sorts_titles_regardless_of_case(database: TestDatabase) {
    assert_sorted_like(&database, ["apple", "Banana", "cherry", "Damson"]).await;
}

async fn sorts_letters_with_accents(database: TestDatabase) {
    assert_sorted_like(&database, ["Apfel", "Ärger", "Bach", "Öl", "Zoo"]).await;
}

async fn assert_sorted_like<const N: usize>(database: &TestDatabase, expected: [&str; N]) {
    let world = World::open(database).await;
    for title in expected.iter().rev() {
        world.add_book(title, 0).await;
    }
    assert_eq!(listed(&world, BookSort::Title, SortDirection::Ascending).await, expected);
}

async fn pages_continue_and_show_the_total(database: TestDatabase) {
    let world = world_with_books(&database).await;
    let filter = BookFilter { max_price_cents: Some(2000), ..BookFilter::default() };
    for (number, expected) in [(1, &[3, 1, 0][..]), (2, &[4]), (3, &[]), (u32::MAX, &[])] {
        let (sort, direction) = (BookSort::Title, SortDirection::Ascending);
        let query = BookQuery { filter: filter.clone(), sort, direction, page: page(number, 3) };
        let list = world.books().list(&query).await.unwrap();
        assert_eq!((titles_of(&list.items), list.total), (titles(expected), 4), "page {number}");
    }
}

fn text(part: &str) -> Option<SearchText> {
    SearchText::parse(part).ok()
}

fn titles(numbers: &[usize]) -> Vec<&'static str> {
    numbers.iter().map(|number| BOOKS[*number].0).collect()
}

fn titles_of(books: &[Book]) -> Vec<&str> {
    books.iter().map(|book| Title::as_str(&book.details.title)).collect()
}

/// Returns the titles that a filter finds, in the order in which the books were added.
async fn found(world: &World, filter: &BookFilter) -> Vec<String> {
    let (sort, direction) = (BookSort::CreatedAt, SortDirection::Ascending);
    let query = BookQuery { filter: filter.clone(), sort, direction, page: page(1, 100) };
    let mut list = world.books().list(&query).await.unwrap();
    assert_eq!(list.total, list.items.len() as u64);
    list.items.sort_by_key(|book| book.id);
    titles_of(&list.items).into_iter().map(str::to_owned).collect()
}

async fn listed(world: &World, sort: BookSort, direction: SortDirection) -> Vec<String> {
    let query = BookQuery { filter: BookFilter::default(), sort, direction, page: page(1, 100) };
    let list = world.books().list(&query).await.unwrap();
    titles_of(&list.items).into_iter().map(str::to_owned).collect()
}
