//! What the tests of this crate share: examples of every model, and a unit of work that records whether it committed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::DateTime;

use crate::account::{
    Credentials, Email, IssuedRefreshToken, MockRefreshTokenRepository, MockTokenIssuer, MockUserRepository,
    PasswordHash, RefreshToken, RefreshTokenHash, RefreshTokenRepository, Role, User, UserId, UserRepository,
};
use crate::book::{
    Author, Book, BookDetails, BookId, BookRepository, MockBookRepository, Price, RestockId, Round, StockQuantity,
    Title,
};
use crate::clock::MockClock;
use crate::delivery::{
    ClaimedDelivery, DeliveryId, DeliveryRepository, FanOutProgress, FanOutStage, Letter, MockDeliveryRepository,
    Prospect,
};
use crate::pre_booking::{PreBooking, PreBookingId, Status, StatusKind};
use crate::{RepositoryError, Timestamp, UnitOfWork, UnitOfWorkFactory};

/// A moment, in seconds after some beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

pub(crate) fn clock_at(seconds: i64) -> MockClock {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(at(seconds));
    clock
}

pub(crate) fn user_id(number: i64) -> UserId {
    UserId::new(number).unwrap()
}

pub(crate) fn a_book(stock: i64) -> Book {
    Book {
        id: BookId::new(7).unwrap(),
        details: BookDetails {
            title: Title::parse("Solaris").unwrap(),
            author: Author::parse("Stanisław Lem").unwrap(),
            price: Price::from_stored(1999),
            isbn: None,
            description: None,
            cover_image_url: None,
            publish_date: None,
        },
        stock_quantity: StockQuantity::new(stock).unwrap(),
        round: Round::from_stored(3),
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn a_pre_booking(status: Status) -> PreBooking {
    PreBooking {
        id: PreBookingId::new(11).unwrap(),
        user_id: user_id(1),
        book_id: a_book(0).id,
        round: a_book(0).round,
        created_at: at(10),
        status,
    }
}

pub(crate) fn a_fan_out() -> FanOutProgress {
    FanOutProgress {
        restock_id: RestockId::new(5).unwrap(),
        book_id: a_book(0).id,
        round: a_book(0).round,
        stage: FanOutStage::First,
        after: None,
    }
}

/// A claim that ends after ten minutes.
pub(crate) fn a_claim() -> ClaimedDelivery {
    ClaimedDelivery { id: DeliveryId::new(13).unwrap(), attempts: 0, until: at(600) }
}

pub(crate) fn a_prospect() -> Prospect {
    let BookDetails { title, author, price, .. } = a_book(0).details;
    let letter = Letter {
        pre_booking_id: a_pre_booking(Status::Waiting).id,
        to: Email::parse("ada@example.com").unwrap(),
        book_id: a_book(0).id,
        title,
        author,
        price,
        notified_at: at(20),
    };
    Prospect { letter, status: StatusKind::Notified, is_active: true }
}

pub(crate) fn a_user(role: Role) -> User {
    User { id: user_id(1), email: Email::parse("ada@example.com").unwrap(), role, is_active: true, created_at: at(0) }
}

pub(crate) fn credentials(user: User) -> Credentials {
    Credentials { user, password_hash: PasswordHash::new("hash".into()) }
}

pub(crate) fn a_refresh_token() -> RefreshToken {
    RefreshToken {
        user_id: user_id(1),
        family: RefreshTokenHash::new("the first of the family".into()),
        expires_at: at(1000),
        revoked_at: None,
    }
}

pub(crate) fn a_token_issuer() -> MockTokenIssuer {
    let mut tokens = MockTokenIssuer::new();
    let hash = || RefreshTokenHash::new("a new hash".into());
    tokens.expect_issue_access().returning(|_, _| Ok("access".into()));
    tokens.expect_hash_refresh().returning(|_| RefreshTokenHash::new("the shown hash".into()));
    tokens
        .expect_issue_refresh()
        .returning(move |_| Ok(IssuedRefreshToken { token: "refresh".into(), hash: hash(), expires_at: at(9000) }));
    tokens
}

pub(crate) fn store_failure() -> RepositoryError {
    RepositoryError::Failed(anyhow::anyhow!("the disk is on fire"))
}

/// A unit of work over mocked ports.
#[derive(Default)]
pub(crate) struct FakeUnitOfWork {
    pub(crate) books: MockBookRepository,
    pub(crate) users: MockUserRepository,
    pub(crate) refresh_tokens: MockRefreshTokenRepository,
    pub(crate) deliveries: MockDeliveryRepository,
    pub(crate) committed: Arc<AtomicBool>,
}

impl FakeUnitOfWork {
    /// A factory that gives out this unit of work, once.
    pub(crate) fn into_factory(self) -> FakeUnitOfWorkFactory {
        FakeUnitOfWorkFactory { committed: Arc::clone(&self.committed), unit: Mutex::new(Some(self)) }
    }
}

#[async_trait]
impl UnitOfWork for FakeUnitOfWork {
    fn books(&self) -> &dyn BookRepository {
        &self.books
    }

    fn users(&self) -> &dyn UserRepository {
        &self.users
    }

    fn refresh_tokens(&self) -> &dyn RefreshTokenRepository {
        &self.refresh_tokens
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        &self.deliveries
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        self.committed.store(true, Ordering::SeqCst);
        Ok(())
    }
}

pub(crate) struct FakeUnitOfWorkFactory {
    unit: Mutex<Option<FakeUnitOfWork>>,
    committed: Arc<AtomicBool>,
}

impl FakeUnitOfWorkFactory {
    pub(crate) fn began(&self) -> bool {
        self.unit.lock().unwrap().is_none()
    }

    pub(crate) fn committed(&self) -> bool {
        self.committed.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl UnitOfWorkFactory for FakeUnitOfWorkFactory {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        Ok(Box::new(self.unit.lock().unwrap().take().expect("a use case begins one unit of work")))
    }
}
