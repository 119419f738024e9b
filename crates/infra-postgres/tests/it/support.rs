//! What the tests share: a store on the test's database beside plain SQL on the same one, and example values.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::account::{
    Email, NewUser, PasswordHash, RefreshTokenRepository, Role, User, UserId, UserReader, UserRepository,
};
use domain::book::{
    Author, Book, BookDetails, BookId, BookReader, BookRepository, NewBook, Price, SetStockError, StockChange,
    StockQuantity, Title, set_stock,
};
use domain::delivery::{DeliveryReader, RestockSignal};
use domain::pre_booking::{
    NewPreBooking, PreBookedBook, PreBooking, PreBookingId, PreBookingReader, PreBookingRepository,
};
use domain::{Clock, PageRequest, PageSize, Timestamp, UnitOfWorkFactory};
use infra_postgres::{Store, StoreOptions, connect};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement, TryGetable};
use test_support::{Engine, TestDatabase};

/// A moment, in seconds after some beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    at_micros(seconds * 1_000_000)
}

/// A moment, in microseconds after that beginning.
pub(crate) fn at_micros(micros: i64) -> Timestamp {
    DateTimeUtc::from_timestamp_micros(1_800_000_000_000_000 + micros).unwrap()
}

/// A clock that stands where it was set, but for one microsecond that every look at it takes: no two moments are the same,
/// and their order is the order in which they were asked for.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn set(&self, moment: Timestamp) {
        self.0.store(moment.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        DateTimeUtc::from_timestamp_micros(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// A store, and a connection for plain SQL on the same database.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) sql: Sql,
    pub(crate) clock: TestClock,
}

impl World {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        Self::open_with_connections(database, 8).await
    }

    pub(crate) async fn open_with_connections(database: &TestDatabase, connections: u32) -> Self {
        // The store comes first: on SQLite it creates the file.
        let store = open_store(database, connections).await;
        let sql = Sql::connect(database).await;
        Self { store, sql, clock: TestClock(AtomicI64::new(at(0).timestamp_micros())) }
    }

    pub(crate) async fn open_shared(database: &TestDatabase, connections: u32) -> Arc<Self> {
        Arc::new(Self::open_with_connections(database, connections).await)
    }

    pub(crate) fn books(&self) -> &dyn BookReader {
        &self.store
    }

    pub(crate) fn catalog(&self) -> &dyn BookRepository {
        &self.store
    }

    pub(crate) fn pre_bookings(&self) -> &dyn PreBookingRepository {
        &self.store
    }

    pub(crate) fn pre_booking_reader(&self) -> &dyn PreBookingReader {
        &self.store
    }

    pub(crate) fn users(&self) -> &dyn UserReader {
        &self.store
    }

    pub(crate) fn accounts(&self) -> &dyn UserRepository {
        &self.store
    }

    pub(crate) fn refresh_tokens(&self) -> &dyn RefreshTokenRepository {
        &self.store
    }

    pub(crate) fn deliveries(&self) -> &dyn DeliveryReader {
        &self.store
    }

    pub(crate) fn signal(&self) -> &dyn RestockSignal {
        &self.store
    }

    pub(crate) fn units(&self) -> &dyn UnitOfWorkFactory {
        &self.store
    }

    /// Adds a book with this title and stock.
    pub(crate) async fn add_book(&self, title: &str, stock: i64) -> Book {
        self.try_add_book(details(title), stock).await.unwrap()
    }

    /// Adds a book, unless another has its ISBN.
    pub(crate) async fn try_add_book(&self, details: BookDetails, stock: i64) -> Option<Book> {
        let book = NewBook { details, stock_quantity: copies(stock), created_at: self.clock.now() };
        self.catalog().add(&book).await.unwrap()
    }

    pub(crate) async fn book(&self, id: BookId) -> Book {
        self.books().find(id).await.unwrap().unwrap()
    }

    pub(crate) async fn add_user(&self, name: &str) -> User {
        self.accounts().add(&new_user(name, self.clock.now())).await.unwrap().unwrap()
    }

    /// Adds so many users.
    pub(crate) async fn add_users(&self, number: usize) -> Vec<UserId> {
        let rows: Vec<String> = (0..number).map(|user| format!("('user{user}@example.com', 'hash')")).collect();
        self.sql.run(&format!("INSERT INTO users (email, password_hash) VALUES {}", rows.join(", "))).await;
        let ids: Vec<i64> = self.sql.column("SELECT id FROM users WHERE password_hash = 'hash' ORDER BY id").await;
        ids.into_iter().map(UserId::from_stored).collect()
    }

    pub(crate) async fn set_stock(&self, id: BookId, stock: i64) -> Result<StockChange, SetStockError> {
        set_stock(self.units(), &self.clock, id, copies(stock)).await
    }

    /// Adds a pre-booking that was decided on this view of its book, which may be out of date.
    pub(crate) async fn try_add_pre_booking(&self, user_id: UserId, book: &Book) -> Option<PreBooking> {
        let placed = NewPreBooking { user_id, book_id: book.id, round: book.round, created_at: self.clock.now() };
        self.pre_bookings().add(&placed).await.unwrap()
    }

    pub(crate) async fn add_pre_booking(&self, user_id: UserId, book: &Book) -> PreBooking {
        self.try_add_pre_booking(user_id, book).await.unwrap()
    }

    /// A user's pre-booking, which both ports must see alike.
    pub(crate) async fn pre_booking(&self, user_id: UserId, id: PreBookingId) -> PreBooking {
        let PreBookedBook { pre_booking, .. } = self.pre_booking_reader().find(user_id, id).await.unwrap().unwrap();
        assert_eq!(self.pre_bookings().find(user_id, id).await.unwrap().as_ref(), Some(&pre_booking));
        pre_booking
    }
}

pub(crate) async fn open_store(database: &TestDatabase, connections: u32) -> Store {
    let max_connections = NonZeroU32::new(connections).unwrap();
    connect(&StoreOptions { url: database.url().to_owned(), max_connections }).await.unwrap()
}

/// One connection for plain SQL.
#[derive(Debug, Clone)]
pub(crate) struct Sql(pub(crate) DatabaseConnection);

impl Sql {
    pub(crate) async fn connect(database: &TestDatabase) -> Self {
        let mode = if database.engine() == Engine::Sqlite { "?mode=rwc" } else { "" };
        let mut options = ConnectOptions::new(format!("{}{mode}", database.url()));
        options.max_connections(1).sqlx_logging(false);
        Self(Database::connect(options).await.unwrap())
    }

    pub(crate) async fn try_run(&self, sql: &str) -> Result<u64, DbErr> {
        Ok(self.0.execute_unprepared(sql).await?.rows_affected())
    }

    pub(crate) async fn run(&self, sql: &str) -> u64 {
        self.try_run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn column<T: TryGetable>(&self, sql: &str) -> Vec<T> {
        let statement = Statement::from_string(self.0.get_database_backend(), sql);
        let rows = self.0.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    pub(crate) async fn value<T: TryGetable>(&self, sql: &str) -> T {
        self.column(sql).await.pop().unwrap()
    }
}

/// A moment as both engines take it in plain SQL.
pub(crate) fn literal(moment: Timestamp) -> String {
    let text = moment.to_rfc3339();
    format!("'{text}'")
}

pub(crate) fn copies(number: i64) -> StockQuantity {
    StockQuantity::new(number).unwrap()
}

pub(crate) fn details(title: &str) -> BookDetails {
    BookDetails {
        title: Title::parse(title).unwrap(),
        author: Author::parse("Stanisław Lem").unwrap(),
        price: Price::parse("19.99").unwrap(),
        isbn: None,
        description: None,
        cover_image_url: None,
        publish_date: None,
    }
}

pub(crate) fn new_user(name: &str, created_at: Timestamp) -> NewUser {
    NewUser {
        email: Email::parse(&format!("{name}@example.com")).unwrap(),
        password_hash: PasswordHash::new(format!("hash of {name}")),
        role: Role::User,
        created_at,
    }
}

pub(crate) fn page(number: u32, size: u32) -> PageRequest {
    PageRequest { number: NonZeroU32::new(number).unwrap(), size: PageSize::new(size).unwrap() }
}
