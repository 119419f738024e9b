//! A store on the test's database.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::account::{LinkRepository, SessionReader, SessionRepository, User, UserId, UserReader, UserRepository};
use domain::account_mail::AccountMailRepository;
use domain::audit::Origin;
use domain::book::{
    Book, BookDetails, BookId, BookReader, BookRepository, NewBook, SetStockError, StockChange, StockRepository,
    set_stock,
};
use domain::delivery::{DeliveryReader, RestockSignal};
use domain::pre_booking::{
    AddedPreBooking, NewPreBooking, PreBookedBook, PreBooking, PreBookingId, PreBookingReader, PreBookingRepository,
};
use domain::{Clock, Timestamp, UnitOfWork, UnitOfWorkFactory};
use infra_postgres::{DatabaseUrl, Store, StoreOptions, connect};
use sea_orm::prelude::DateTimeUtc;
use test_support::{Bystander, TestDatabase};

use super::examples::{at, copies, details, new_user};
use super::own_units::OwnUnits;

/// The limit of tests that are not about it.
pub(crate) const MAX_WAITING: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// A clock that stays where it was set, except that each reading advances it by a microsecond: no two readings are equal, and
/// they are in the order of the calls.
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

/// A store, and a connection for plain SQL to the same database.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) sql: Bystander,
    pub(crate) clock: TestClock,
}

impl World {
    pub(crate) async fn open(database: &TestDatabase) -> Self {
        Self::open_with_connections(database, 8).await
    }

    pub(crate) async fn open_with_connections(database: &TestDatabase, connections: u32) -> Self {
        // First the store, which creates the file on SQLite.
        let store = open_store(database, connections).await;
        let sql = Bystander::connect(database.url()).await;
        Self { store, sql, clock: TestClock(AtomicI64::new(at(0).timestamp_micros())) }
    }

    pub(crate) fn books(&self) -> &dyn BookReader {
        &self.store
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn catalog(&self) -> Box<dyn BookRepository + '_> {
        Box::new(OwnUnits(&self.store))
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

    pub(crate) fn session_reader(&self) -> &dyn SessionReader {
        &self.store
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn stock(&self) -> Box<dyn StockRepository + '_> {
        Box::new(OwnUnits(&self.store))
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn accounts(&self) -> Box<dyn UserRepository + '_> {
        Box::new(OwnUnits(&self.store))
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn sessions(&self) -> Box<dyn SessionRepository + '_> {
        Box::new(OwnUnits(&self.store))
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn links(&self) -> Box<dyn LinkRepository + '_> {
        Box::new(OwnUnits(&self.store))
    }

    /// Each call runs in a unit of work of its own.
    pub(crate) fn account_mails(&self) -> Box<dyn AccountMailRepository + '_> {
        Box::new(OwnUnits(&self.store))
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

    /// Adds this many users.
    pub(crate) async fn add_users(&self, number: usize) -> Vec<UserId> {
        let rows: Vec<String> = (0..number).map(|user| format!("('user{user}@example.com', 'hash')")).collect();
        self.sql.execute(&format!("INSERT INTO users (email, password_hash) VALUES {}", rows.join(", "))).await;
        let ids: Vec<i64> = self.sql.column("SELECT id FROM users WHERE password_hash = 'hash' ORDER BY id").await;
        ids.into_iter().map(UserId::from_stored).collect()
    }

    pub(crate) async fn set_stock(&self, id: BookId, stock: i64) -> Result<StockChange, SetStockError> {
        set_stock(self.units(), &self.clock, &Origin::program(), id, copies(stock)).await
    }

    /// Adds a pre-booking that was decided on this state of its book, which may be outdated.
    pub(crate) async fn try_add_pre_booking(&self, user_id: UserId, book: &Book) -> AddedPreBooking {
        self.try_add_pre_booking_of(MAX_WAITING.get(), user_id, book).await
    }

    /// Adds a pre-booking, unless this many of the user's are waiting.
    pub(crate) async fn try_add_pre_booking_of(
        &self,
        max_waiting: u32,
        user_id: UserId,
        book: &Book,
    ) -> AddedPreBooking {
        let placed = NewPreBooking { user_id, book_id: book.id, round: book.round, created_at: self.clock.now() };
        self.pre_bookings().add(&placed, NonZeroU32::new(max_waiting).unwrap()).await.unwrap()
    }

    pub(crate) async fn add_pre_booking(&self, user_id: UserId, book: &Book) -> PreBooking {
        added(self.try_add_pre_booking(user_id, book).await)
    }

    /// Returns a user's pre-booking, which both ports must read alike.
    pub(crate) async fn pre_booking(&self, user_id: UserId, id: PreBookingId) -> PreBooking {
        let PreBookedBook { pre_booking, .. } = self.pre_booking_reader().find(user_id, id).await.unwrap().unwrap();
        assert_eq!(self.pre_bookings().find(user_id, id).await.unwrap().as_ref(), Some(&pre_booking));
        pre_booking
    }
}

/// The pre-booking that was added.
#[track_caller]
pub(crate) fn added(outcome: AddedPreBooking) -> PreBooking {
    let AddedPreBooking::Added(pre_booking) = outcome else { panic!("it was not added: {outcome:?}") };
    pre_booking
}

pub(crate) async fn open_store(database: &TestDatabase, connections: u32) -> Store {
    let max_connections = NonZeroU32::new(connections).unwrap();
    let url = DatabaseUrl::parse(database.url()).unwrap();
    connect(&StoreOptions { url, max_connections, migrates: true }).await.unwrap()
}

/// Restocks a book, without the commit. Returns the book as it is then.
pub(crate) async fn restock_within(unit: &dyn UnitOfWork, book: BookId, now: Timestamp) -> Book {
    let change = unit.stock().find_for_stock_change(book).await.unwrap().unwrap().set_stock(copies(5), now);
    unit.stock().save(&change.book).await.unwrap();
    unit.stock().add_restock(&change.restock.unwrap()).await.unwrap();
    change.book
}
