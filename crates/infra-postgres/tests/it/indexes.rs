//! What the ports send is served by an index (PostgreSQL). The server counts the scans itself, so that the statements
//! looked at are those that the ports send, and not copies of them.

use std::collections::BTreeSet;

use domain::account::{Email, RefreshTokenHash, UserId};
use domain::book::{BookFilter, BookId, BookQuery, BookSort, DeletedBook, SearchText, SortDirection};
use domain::pre_booking::{PreBookingId, PreBookingPosition, PreBookingQuery, StatusKind};
use domain::{PageSize, UnitOfWorkFactory};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::{Sql, World, at, page};
use crate::waiting::until;

pub(crate) fn suite() -> Suite {
    tests![
        books_are_found_by_index,
        a_text_is_searched_by_its_trigrams,
        a_delete_looks_for_pre_bookings_by_index,
        pre_bookings_are_found_by_index,
        accounts_are_found_by_index,
        refresh_tokens_are_found_by_index,
    ]
    .only_on(Engine::Postgres)
}

/// Enough rows for the planner to see what an index is good for.
const ROWS: &str = "
    INSERT INTO users (email, password_hash) SELECT 'user' || n || '@example.com', 'hash' FROM generate_series(1, 1000) n;
    INSERT INTO books (title, author, price_cents) SELECT md5(n::text), md5((-n)::text), n FROM generate_series(1, 1000) n;
    INSERT INTO restocks (book_id, round) SELECT n, 0 FROM generate_series(1, 500) n;
    INSERT INTO pre_bookings (user_id, book_id, created_at)
        SELECT n, (n + m * 7) % 900 + 1, now() - m * interval '1 hour'
        FROM generate_series(1, 1000) n, generate_series(1, 20) m;
    INSERT INTO refresh_tokens (user_id, token_hash, family, expires_at)
        SELECT n, 'hash' || n || '/' || m, 'family' || n, now() FROM generate_series(1, 1000) n, generate_series(1, 3) m;
    ANALYZE;";

/// How often each table was scanned row by row, and each index was used. To ask for migrations is not what is counted.
const SCANS: &str = "
    SELECT relname || ' row by row=' || seq_scan FROM pg_stat_user_tables WHERE relname <> 'seaql_migrations'
    UNION ALL
    SELECT indexrelname || '=' || idx_scan FROM pg_stat_user_indexes WHERE relname <> 'seaql_migrations'";

pub(crate) struct Scans {
    database: TestDatabase,
    pub(crate) sql: Sql,
}

impl Scans {
    pub(crate) async fn prepare(database: TestDatabase) -> Self {
        let sql = Sql::connect(&database).await;
        sql.run(ROWS).await;
        let name: String = sql.value("SELECT current_database()::text").await;
        // Small tables are best read whole. What is asked here is whether there is another way.
        sql.run(&format!(r#"ALTER DATABASE "{name}" SET enable_seqscan = off"#)).await;
        Self { database, sql }
    }

    /// What a use of the store scans. The server's counts are complete once the sessions that it used have ended.
    pub(crate) async fn of(&self, used: impl AsyncFnOnce(&World)) -> BTreeSet<String> {
        self.sql.run("SELECT pg_stat_force_next_flush()").await;
        let before: BTreeSet<String> = self.sql.column(SCANS).await.into_iter().collect();
        let world = World::open_with_connections(&self.database, 1).await;
        used(&world).await;
        world.store.close().await;
        world.sql.0.close().await.unwrap();
        self.end_other_sessions().await;
        let after: BTreeSet<String> = self.sql.column(SCANS).await.into_iter().collect();
        after.difference(&before).filter_map(|scans| Some(scans.split_once('=')?.0.to_owned())).collect()
    }

    /// Closing a pool tells its sessions to end, but does not wait until the server has ended them.
    async fn end_other_sessions(&self) {
        let others = "FROM pg_stat_activity WHERE datname = current_database() \
                      AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        self.sql.run(&format!("SELECT pg_terminate_backend(pid) {others}")).await;
        until(&self.sql, &format!("SELECT NOT EXISTS (SELECT {others})")).await;
    }
}

/// Not "by these and no others": the planner, too, looks at the ends of indexes, and that is counted.
#[track_caller]
pub(crate) fn assert_served_by<const N: usize>(indexes: [&str; N], scans: &BTreeSet<String>) {
    let expected = indexes.into_iter().all(|index| scans.contains(index));
    let by_index = scans.iter().all(|scan| !scan.ends_with("row by row"));
    assert!(expected && by_index, "{indexes:?} was expected of {scans:?}");
}

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

async fn a_text_is_searched_by_its_trigrams(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    // So many that it costs more to look at each of them.
    scans.sql.run("INSERT INTO books (title, author, price_cents) SELECT md5(n::text), md5((-n)::text), n FROM generate_series(1001, 20000) n").await;
    scans.sql.run("VACUUM ANALYZE books").await;
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

async fn pre_bookings_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let (user, id) = (UserId::from_stored(500), PreBookingId::from_stored(500));
    for status in [None, Some(StatusKind::Waiting)] {
        for after in [None, Some(PreBookingPosition { created_at: at(0), id: PreBookingId::from_stored(1_000_000) })] {
            let query = PreBookingQuery { status, after, limit: PageSize::new(5).unwrap() };
            let listed = scans
                .of(async |world| {
                    assert_eq!(world.pre_booking_reader().list(user, &query).await.unwrap().len(), 6);
                })
                .await;
            assert_served_by(["books_pkey", "uq_restocks_book_round", "ix_pre_bookings_user_created_at"], &listed);
        }
    }
    let found = scans.of(async |world| drop(world.pre_booking_reader().find(user, id).await.unwrap().unwrap())).await;
    assert_served_by(["books_pkey", "uq_restocks_book_round", "pre_bookings_pkey"], &found);
    let cancelled = scans
        .of(async |world| domain::pre_booking::cancel(world.pre_bookings(), &world.clock, user, id).await.unwrap())
        .await;
    assert_served_by(["pre_bookings_pkey", "uq_restocks_book_round"], &cancelled);
    let placed = scans
        .of(async |world| {
            let book = world.book(BookId::from_stored(BOOK)).await;
            world.add_pre_booking(user, &book).await;
        })
        .await;
    // The foreign keys ask for the user and the book; the conflict is looked for in the unique index.
    assert_served_by(["books_pkey", "users_pkey"], &placed);
}

async fn accounts_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let id = UserId::from_stored(500);
    let found = scans.of(async |world| drop(world.users().find(id).await.unwrap().unwrap())).await;
    assert_served_by(["users_pkey"], &found);
    let email = Email::parse("user500@example.com").unwrap();
    let found = scans.of(async |world| drop(world.users().find_credentials(&email).await.unwrap().unwrap())).await;
    assert_served_by(["uq_users_email"], &found);
    let changed = scans
        .of(async |world| {
            let unit = world.store.begin().await.unwrap();
            let user = unit.users().find_for_session_change(id).await.unwrap().unwrap();
            unit.users().save(&user).await.unwrap();
            unit.commit().await.unwrap();
        })
        .await;
    assert_served_by(["users_pkey"], &changed);
}

async fn refresh_tokens_are_found_by_index(database: TestDatabase) {
    let scans = Scans::prepare(database).await;
    let hash = RefreshTokenHash::new("hash500/1".to_owned());
    let family = RefreshTokenHash::new("family501".to_owned());
    let found = scans.of(async |world| drop(world.refresh_tokens().find(&hash).await.unwrap().unwrap())).await;
    assert_served_by(["uq_refresh_tokens_hash"], &found);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke(&hash, at(0)).await.unwrap()).await;
    assert_served_by(["uq_refresh_tokens_hash"], &revoked);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke_family(&family, at(0)).await.unwrap()).await;
    assert_served_by(["ix_refresh_tokens_family"], &revoked);
    let user = UserId::from_stored(502);
    let revoked = scans.of(async |world| world.refresh_tokens().revoke_all(user, at(0)).await.unwrap()).await;
    assert_served_by(["ix_refresh_tokens_user"], &revoked);
}
