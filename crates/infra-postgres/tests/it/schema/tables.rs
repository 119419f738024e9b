//! What the schema promises to plain SQL.

use domain::Timestamp;
use domain::account::{Email, Role};
use domain::book::{BookId, Round, StockQuantity};
use domain::pre_booking::PreBookingState;
use sea_orm::prelude::Date;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::support::World;

pub(crate) fn suite() -> Suite {
    tests![
        loads_rows_with_only_the_required_columns,
        default_times_are_now,
        rejects_invalid_books,
        rejects_other_invalid_rows,
        rejects_invalid_deliveries,
        accepts_rows_at_the_limits,
        the_view_has_the_columns_that_reports_rely_on,
        only_one_column_has_password_in_its_name,
        waiting_pre_bookings_are_unique,
    ]
}

const REQUIRED: &str = "INSERT INTO books (title, author, price_cents) VALUES ('Solaris', 'Lem', 1999)";
const DELIVERY: &str = "INSERT INTO deliveries (pre_booking_id, restock_id, book_id) VALUES (1, 1, 1)";

async fn loads_rows_with_only_the_required_columns(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute(REQUIRED).await;
    world.sql.execute("INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'a hash')").await;
    world.sql.execute("INSERT INTO pre_bookings (user_id, book_id) SELECT users.id, books.id FROM users, books").await;

    let ada = world.users().find_credentials(&Email::parse("ada@example.com").unwrap()).await.unwrap().unwrap();
    assert_eq!((ada.user.role, ada.user.is_active, ada.password_hash.expose()), (Role::User, true, "a hash"));
    let book = world.book(BookId::from_stored(1)).await;
    assert_eq!((book.stock_quantity, book.round), (StockQuantity::NONE, Round::default()));
    assert_eq!((book.details.isbn, book.details.description, book.details.publish_date), (None, None, None::<Date>));
    let id = domain::pre_booking::PreBookingId::from_stored(1);
    let pre_booking = world.pre_booking(ada.user.id, id).await;
    assert_eq!((pre_booking.state, pre_booking.round), (PreBookingState::Waiting, Round::default()));

    let restock = world.set_stock(book.id, 5).await.unwrap().restock.unwrap();
    assert_eq!(
        world.pre_booking(ada.user.id, id).await.state.notified_at(),
        Some(restock.restocked_at.max(pre_booking.created_at))
    );
}

/// Compared with the clock of the database, which sets them.
async fn default_times_are_now(database: TestDatabase) {
    let world = World::open(&database).await;
    let now = match database.engine() {
        Engine::Sqlite => "SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
        Engine::Postgres => "SELECT clock_timestamp()",
    };
    let before: Timestamp = world.sql.value(now).await;
    world.sql.execute(REQUIRED).await;
    world.sql.execute("INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'a hash')").await;
    world.sql.execute("INSERT INTO pre_bookings (user_id, book_id) VALUES (1, 1)").await;
    world.sql.execute("INSERT INTO restocks (book_id) VALUES (1)").await;
    world.sql.execute(DELIVERY).await;
    world.sql.execute("INSERT INTO delivery_attempts (delivery_id) VALUES (1)").await;
    let after: Timestamp = world.sql.value(now).await;
    for (column, table) in [
        ("created_at", "books"),
        ("updated_at", "books"),
        ("created_at", "users"),
        ("created_at", "pre_bookings"),
        ("restocked_at", "restocks"),
        ("due_at", "deliveries"),
        ("created_at", "deliveries"),
        ("attempted_at", "delivery_attempts"),
    ] {
        let moment: Timestamp = world.sql.value(&format!("SELECT {column} FROM {table}")).await;
        assert!((before..=after).contains(&moment), "{table}.{column}: {before} {moment} {after}");
    }
}

async fn rejects_invalid_books(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute(REQUIRED).await;
    let long = |length: usize| format!("'{}'", "ü".repeat(length));
    for (column, value) in [
        ("title", "''".to_owned()),
        ("title", long(501)),
        ("title", "NULL".to_owned()),
        ("author", "''".to_owned()),
        ("author", long(256)),
        ("price_cents", "0".to_owned()),
        ("price_cents", "-1".to_owned()),
        ("price_cents", "10000000000".to_owned()),
        ("isbn", "''".to_owned()),
        ("isbn", "'97803064061'".to_owned()),
        ("description", long(10_001)),
        ("cover_image_url", long(2_049)),
        ("stock_quantity", "-1".to_owned()),
        ("round", "-1".to_owned()),
    ] {
        assert_rejected(&world, &format!("UPDATE books SET {column} = {value}")).await;
    }
}

async fn accepts_rows_at_the_limits(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute(REQUIRED).await;
    let long = |length: usize| format!("'{}'", "ü".repeat(length));
    for (column, value) in [
        ("title", long(500)),
        ("author", long(255)),
        ("price_cents", "1".to_owned()),
        ("price_cents", "9999999999".to_owned()),
        ("isbn", "'080442957X'".to_owned()),
        ("description", long(10_000)),
        ("cover_image_url", long(2_048)),
        ("stock_quantity", "2147483647".to_owned()),
    ] {
        assert_eq!(world.sql.execute(&format!("UPDATE books SET {column} = {value}")).await, 1, "{column}");
    }
}

async fn rejects_other_invalid_rows(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute(REQUIRED).await;
    let user = |role: &str| {
        format!("INSERT INTO users (email, password_hash, role) VALUES ('{role}@example.com', 'a hash', '{role}')")
    };
    for role in ["user", "admin"] {
        world.sql.execute(&user(role)).await;
    }
    for role in ["", "Admin", "root"] {
        assert_rejected(&world, &user(role)).await;
    }
    for sql in [
        "INSERT INTO users (email, password_hash) VALUES ('admin@example.com', 'another hash')",
        "INSERT INTO restocks (book_id, quantity) VALUES (1, 0)",
        "INSERT INTO restocks (book_id, round) VALUES (1, -1)",
        "INSERT INTO restocks (book_id) VALUES (99)",
        "INSERT INTO pre_bookings (user_id, book_id) VALUES (1, 99)",
        "INSERT INTO pre_bookings (user_id, book_id) VALUES (99, 1)",
        "INSERT INTO pre_bookings (user_id, book_id, round) VALUES (1, 1, -1)",
        // It is not cancelled.
        "INSERT INTO pre_bookings (user_id, book_id, was_notified) VALUES (1, 1, true)",
        "INSERT INTO sessions (user_id, expires_at) VALUES (99, '2027-01-01T00:00:00+00:00')",
        "INSERT INTO refresh_tokens (session_id, token_hash, expires_at) VALUES (99, 'a', '2027-01-01T00:00:00+00:00')",
    ] {
        assert_rejected(&world, sql).await;
    }
    // I7: deleting a book or a user would delete history.
    world.sql.execute("INSERT INTO pre_bookings (user_id, book_id) VALUES (1, 1)").await;
    for sql in ["DELETE FROM books", "DELETE FROM users WHERE id = 1"] {
        assert_rejected(&world, sql).await;
    }
}

async fn rejects_invalid_deliveries(database: TestDatabase) {
    let world = World::open(&database).await;
    world.sql.execute(REQUIRED).await;
    world.sql.execute("INSERT INTO users (email, password_hash) VALUES ('ada@example.com', 'a hash')").await;
    world.sql.execute("INSERT INTO pre_bookings (user_id, book_id, round) VALUES (1, 1, 0), (1, 1, 1)").await;
    world.sql.execute("INSERT INTO restocks (book_id) VALUES (1)").await;
    world.sql.execute(DELIVERY).await;
    world.sql.execute("INSERT INTO delivery_attempts (delivery_id) VALUES (1)").await;
    for ids in ["99, 1, 1", "2, 99, 1", "2, 1, 99"] {
        assert_rejected(&world, &DELIVERY.replace("1, 1, 1", ids)).await;
    }
    for sql in [
        // Its pre-booking already has one.
        DELIVERY,
        "UPDATE deliveries SET status = 'sent'",
        "UPDATE deliveries SET attempts = -1",
        "UPDATE deliveries SET status = 'delivered'",
        "UPDATE deliveries SET delivered_at = created_at",
        "UPDATE restocks SET fan_out_stage = ''",
        "UPDATE delivery_attempts SET outcome = 'delivered'",
        "INSERT INTO delivery_attempts (delivery_id) VALUES (99)",
        // Their history stays readable.
        "DELETE FROM deliveries",
        "DELETE FROM restocks",
        "DELETE FROM pre_bookings",
    ] {
        assert_rejected(&world, sql).await;
    }
}

async fn assert_rejected(world: &World, sql: &str) {
    assert!(world.sql.try_execute(sql).await.is_err(), "{sql}");
}

async fn the_view_has_the_columns_that_reports_rely_on(database: TestDatabase) {
    let world = World::open(&database).await;
    let columns: Vec<String> = match database.engine() {
        Engine::Sqlite => {
            world.sql.column("SELECT name FROM pragma_table_info('pre_booking_statuses') ORDER BY cid").await
        }
        Engine::Postgres => {
            let columns = "SELECT column_name::text FROM information_schema.columns \
                           WHERE table_name = 'pre_booking_statuses' ORDER BY ordinal_position";
            world.sql.column(columns).await
        }
    };
    let expected =
        ["pre_booking_id", "user_id", "book_id", "round", "status", "created_at", "notified_at", "cancelled_at"];
    assert_eq!(columns, expected);
}

async fn only_one_column_has_password_in_its_name(database: TestDatabase) {
    let world = World::open(&database).await;
    let columns: Vec<String> = match database.engine() {
        Engine::Sqlite => {
            let columns = "SELECT tables.name || '.' || columns.name FROM sqlite_master AS tables \
                           JOIN pragma_table_info(tables.name) AS columns \
                           WHERE tables.type IN ('table', 'view') AND columns.name LIKE '%password%'";
            world.sql.column(columns).await
        }
        Engine::Postgres => {
            let columns = "SELECT table_name || '.' || column_name FROM information_schema.columns \
                           WHERE table_schema = 'public' AND column_name ILIKE '%password%'";
            world.sql.column(columns).await
        }
    };
    assert_eq!(columns, ["users.password_hash"]);
}

/// I1.
async fn waiting_pre_bookings_are_unique(database: TestDatabase) {
    let world = World::open(&database).await;
    let definition: String = world
        .sql
        .value(match database.engine() {
            Engine::Sqlite => "SELECT sql FROM sqlite_master WHERE name = 'uq_pre_bookings_user_book_waiting'",
            Engine::Postgres => "SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_pre_bookings_user_book_waiting'",
        })
        .await;
    let plain = definition.replace('"', "").to_uppercase();
    assert!(plain.starts_with("CREATE UNIQUE INDEX"), "{definition}");
    assert!(plain.replace(", ", ",").contains("(USER_ID,BOOK_ID,ROUND)"), "{definition}");
    assert!(plain.replace(['(', ')'], "").ends_with("WHERE CANCELLED_AT IS NULL"), "{definition}");
}
