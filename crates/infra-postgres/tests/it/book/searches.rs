//! What a search may cost: `BookQuery::is_search`.

use domain::RepositoryError;
use domain::book::{BookFilter, BookQuery, BookSort, SearchText, SortDirection};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{World, page};

pub(crate) fn suite() -> Suite {
    tests![counts_up_to_the_maximum_and_lists_beyond_it, a_long_search_ends_and_delays_nobody_else]
        .and(tests![searches_have_limits_and_plans_of_their_own].only_on(Engine::Postgres))
}

fn query(filter: BookFilter, number: u32) -> BookQuery {
    BookQuery { filter, sort: BookSort::CreatedAt, direction: SortDirection::Ascending, page: page(number, 100) }
}

fn text(part: &str) -> BookFilter {
    BookFilter { text: SearchText::parse(part).ok(), ..BookFilter::default() }
}

async fn counts_up_to_the_maximum_and_lists_beyond_it(database: TestDatabase) {
    let world = World::open(&database).await;
    let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001)";
    let insert = "INSERT INTO books (title, author, price_cents) SELECT 'Solaris', 'Lem', n FROM numbers";
    world.sql.execute(&format!("{numbers} {insert}")).await;
    for filter in [BookFilter::default(), text("solaris")] {
        for (number, items) in [(1, 100), (100, 100), (101, 1), (102, 0)] {
            let list = world.books().list(&query(filter.clone(), number)).await.unwrap();
            assert_eq!((list.items.len(), list.total), (items, BookQuery::MAX_COUNTED), "page {number} of {filter:?}");
        }
    }
    let below = BookFilter { max_price_cents: Some(9_999), ..text("solaris") };
    assert_eq!(world.books().list(&query(below, 1)).await.unwrap().total, 9_999);
}

/// Reading books takes forever here, and the searches would take all connections if they could. The other call would then be
/// unavailable.
async fn a_long_search_ends_and_delays_nobody_else(database: TestDatabase) {
    let world = World::open_with_connections(&database, 4).await;
    let ada = world.add_user("ada").await;
    let forever = match database.engine() {
        Engine::Postgres => "pg_sleep(3600) IS NOT NULL",
        Engine::Sqlite => {
            "EXISTS (WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) \
             SELECT 1 FROM numbers WHERE n < 0)"
        }
    };
    world.add_book("Solaris", 0).await;
    world.sql.execute("ALTER TABLE books RENAME TO all_books").await;
    world.sql.execute(&format!("CREATE VIEW books AS SELECT * FROM all_books WHERE {forever}")).await;

    let solaris = query(text("solaris"), 1);
    let list = || world.books().list(&solaris);
    let searches = async { tokio::join!(list(), list(), list(), list()) };
    let other = async { world.users().find_credentials(&ada.email).await.unwrap().unwrap() };
    let ((one, two, three, four), _) = tokio::join!(searches, other);
    for ended in [one, two, three, four] {
        assert!(matches!(ended, Err(RepositoryError::Unavailable(_))), "{ended:?}");
    }

    // A search that was ended leaves its connection usable.
    world.sql.execute("DROP VIEW books").await;
    world.sql.execute("ALTER TABLE all_books RENAME TO books").await;
    assert_eq!(world.books().list(&query(text("solaris"), 1)).await.unwrap().total, 1);
}

/// Whoever reads books records the settings of the connection.
async fn searches_have_limits_and_plans_of_their_own(database: TestDatabase) {
    let world = World::open(&database).await;
    world.add_book("Solaris", 0).await;
    world
        .sql
        .execute(
            "CREATE TABLE settings (setting text); \
             CREATE FUNCTION note_settings() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN \
             INSERT INTO settings SELECT current_setting('statement_timeout') || ' ' || current_setting('plan_cache_mode'); \
             RETURN true; END $$; \
             ALTER TABLE books RENAME TO all_books; CREATE VIEW books AS SELECT * FROM all_books WHERE note_settings()",
        )
        .await;
    for (query, expected) in [
        (query(text("solaris"), 1), "3s force_custom_plan"),
        (query(BookFilter { in_stock: Some(false), ..BookFilter::default() }, 1), "3s force_custom_plan"),
        (query(BookFilter::default(), 101), "3s force_custom_plan"),
        (query(BookFilter::default(), 1), "10s auto"),
    ] {
        world.books().list(&query).await.unwrap();
        let settings: Vec<String> = world.sql.column("SELECT DISTINCT setting FROM settings").await;
        assert_eq!(settings, [expected], "{query:?}");
        world.sql.execute("DELETE FROM settings").await;
    }
}
