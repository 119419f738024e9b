//! Shared by the tests of this crate: an example of each model, and a unit of work that records whether it committed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::DateTime;
use secrecy::ExposeSecret;

use crate::account::{
    Credentials, Email, IssuedRefreshToken, LinkPurpose, LinkRepository, MockLinkRepository, MockLinkTokens,
    MockPersonalDataRepository, MockSessionRepository, MockTokenIssuer, MockUserRepository, NewLink, PasswordHash,
    PersonalDataRepository, RefreshToken, Role, Session, SessionId, SessionRepository, Subject, TokenHash, User,
    UserId, UserRepository,
};
use crate::account_mail::{
    AccountMail, AccountMailId, AccountMailRepository, ClaimedAccountMail, MockAccountMailRepository,
};
use crate::audit::{Action, AuditRepository, Change, MockAuditRepository, Origin};
use crate::book::{
    Author, Book, BookDetails, BookId, BookRepository, MockBookRepository, MockStockRepository, Price, RestockId,
    Round, StockQuantity, StockRepository, Title,
};
use crate::clock::MockClock;
use crate::delivery::{
    ClaimedDelivery, Delivery, DeliveryId, DeliveryRepository, DeliveryState, FanOutProgress, FanOutStage, Letter,
    MockDeliveryRepository, Prospect,
};
use crate::leftover_repository::MockLeftoverRepository;
use crate::pre_booking::{PreBooking, PreBookingId, PreBookingState, PreBookingStatus};
use crate::{LeftoverRepository, RepositoryError, Timestamp, UnitOfWork, UnitOfWorkFactory};

/// The moment that lies this many seconds after a fixed one.
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

pub(crate) fn a_pre_booking(state: PreBookingState) -> PreBooking {
    PreBooking {
        id: PreBookingId::new(11).unwrap(),
        user_id: user_id(1),
        book_id: a_book(0).id,
        round: a_book(0).round,
        created_at: at(10),
        state,
    }
}

pub(crate) fn a_fan_out() -> FanOutProgress {
    FanOutProgress {
        restock_id: RestockId::new(5).unwrap(),
        book_id: a_book(0).id,
        round: a_book(0).round,
        stage: FanOutStage::First,
        after: None,
        first_walk_ended_at: None,
    }
}

/// A claim that expires at `at(600)`.
pub(crate) fn a_claim() -> ClaimedDelivery {
    ClaimedDelivery { id: DeliveryId::new(13).unwrap(), until: at(600) }
}

pub(crate) fn a_delivery() -> Delivery {
    let Letter { pre_booking_id, book_id, title, to, .. } = a_prospect().letter;
    Delivery {
        id: a_claim().id,
        pre_booking_id,
        restock_id: a_fan_out().restock_id,
        book_id,
        title,
        user_id: user_id(1),
        email: to,
        state: DeliveryState::Pending { due_at: at(20) },
        attempts: 0,
        reason: None,
        created_at: at(20),
    }
}

pub(crate) fn a_prospect() -> Prospect {
    let BookDetails { title, author, price, .. } = a_book(0).details;
    let letter = Letter {
        pre_booking_id: a_pre_booking(PreBookingState::Waiting).id,
        user_id: user_id(1),
        to: Email::parse("ada@example.com").unwrap(),
        book_id: a_book(0).id,
        title,
        author,
        price,
        notified_at: at(20),
    };
    Prospect { letter, status: PreBookingStatus::Notified, is_active: true, wants_emails: true }
}

pub(crate) fn a_user(role: Role) -> User {
    User {
        id: user_id(1),
        subject: Subject::new("the subject of ada".into()),
        email: Email::parse("ada@example.com").unwrap(),
        role,
        is_active: true,
        email_verified: true,
        email_notifications: true,
        locale: None,
        created_at: at(0),
    }
}

pub(crate) fn credentials(user: User) -> Credentials {
    Credentials { user, password_hash: PasswordHash::new("hash".into()) }
}

/// A session that is live from `at(0)` to `at(1000)`.
pub(crate) fn a_session() -> Session {
    Session {
        id: SessionId::new(17).unwrap(),
        user_id: user_id(1),
        created_at: at(0),
        last_used_at: at(0),
        expires_at: at(1000),
        ended_at: None,
    }
}

pub(crate) fn a_refresh_token() -> RefreshToken {
    RefreshToken { session: a_session(), expires_at: at(1000), used_at: None }
}

/// Expects one session to be opened.
pub(crate) fn opens_a_session() -> MockSessionRepository {
    let mut sessions = MockSessionRepository::new();
    sessions.expect_delete_surplus().withf(|_, keep| *keep == 99).times(1).returning(|_, _| Ok(()));
    sessions.expect_add().times(1).returning(|_| Ok(a_session().id));
    sessions.expect_add_token().withf(|token| token.session_id == a_session().id).times(1).returning(|_| Ok(()));
    sessions
}

pub(crate) fn a_token_issuer() -> MockTokenIssuer {
    let mut tokens = MockTokenIssuer::new();
    let hash = || TokenHash::new("a new hash".into());
    tokens.expect_new_subject().returning(|| Ok(Subject::new("a new subject".into())));
    tokens.expect_issue_access().returning(|_, _, _| Ok("access".into()));
    tokens.expect_hash_refresh().returning(|_| TokenHash::new("the shown hash".into()));
    tokens
        .expect_issue_refresh()
        .returning(move |_| Ok(IssuedRefreshToken { token: "refresh".into(), hash: hash(), expires_at: at(9000) }));
    tokens
}

/// Generates `a token`, always.
pub(crate) fn link_tokens() -> MockLinkTokens {
    let mut tokens = MockLinkTokens::new();
    tokens.expect_generate().returning(|| Ok("a token".into()));
    tokens
        .expect_hash()
        .withf(|token| token.expose_secret() == "a token")
        .returning(|_| TokenHash::new("its hash".into()));
    tokens
}

/// A link with `a token` that was made at `at(50)`.
pub(crate) fn a_link(purpose: LinkPurpose) -> NewLink {
    let hash = TokenHash::new("its hash".into());
    NewLink { user_id: user_id(1), purpose, hash, created_at: at(50), expires_at: at(50) + purpose.lifetime() }
}

pub(crate) fn an_account_mail() -> AccountMail {
    AccountMail { id: a_mail_claim().id, purpose: LinkPurpose::PasswordReset, user: Some(a_user(Role::User)) }
}

/// A claim that expires at `at(600)`.
pub(crate) fn a_mail_claim() -> ClaimedAccountMail {
    ClaimedAccountMail { id: AccountMailId::new(19).unwrap(), until: at(600) }
}

/// A request of an admin.
pub(crate) fn an_origin() -> Origin {
    Origin { actor_id: Some(user_id(2)), request_id: Some("a request".into()), address: Some([192, 0, 2, 7].into()) }
}

/// An audit trail in which exactly this change of [`an_origin`] must be recorded.
pub(crate) fn recording(change: Change, now: Timestamp) -> MockAuditRepository {
    let mut audit = MockAuditRepository::new();
    audit
        .expect_add()
        .withf(move |origin, recorded, at| *origin == an_origin() && *recorded == change && *at == now)
        .times(1)
        .returning(|_, _, _| Ok(()));
    audit
}

/// An audit trail in which this action of the program on [`a_user`] must be recorded.
pub(crate) fn recording_of_program(action: Action, now: i64) -> MockAuditRepository {
    let mut audit = MockAuditRepository::new();
    let change = Change::of_user(action, user_id(1));
    audit
        .expect_add()
        .withf(move |origin, recorded, time| *origin == Origin::program() && *recorded == change && *time == at(now))
        .times(1)
        .returning(|_, _, _| Ok(()));
    audit
}

pub(crate) fn store_failure() -> RepositoryError {
    RepositoryError::Failed(anyhow::anyhow!("the disk is on fire"))
}

/// A unit of work over mocked ports.
#[derive(Default)]
pub(crate) struct FakeUnitOfWork {
    pub(crate) books: MockBookRepository,
    pub(crate) stock: MockStockRepository,
    pub(crate) users: MockUserRepository,
    pub(crate) sessions: MockSessionRepository,
    pub(crate) links: MockLinkRepository,
    pub(crate) account_mails: MockAccountMailRepository,
    pub(crate) deliveries: MockDeliveryRepository,
    pub(crate) leftovers: MockLeftoverRepository,
    pub(crate) audit: MockAuditRepository,
    pub(crate) personal_data: MockPersonalDataRepository,
    pub(crate) commits: Arc<AtomicUsize>,
}

impl FakeUnitOfWork {
    /// A factory whose `begin` returns this unit of work, once.
    pub(crate) fn into_factory(self) -> FakeUnitOfWorkFactory {
        FakeUnitOfWorkFactory::of([self])
    }
}

#[async_trait]
impl UnitOfWork for FakeUnitOfWork {
    fn books(&self) -> &dyn BookRepository {
        &self.books
    }

    fn stock(&self) -> &dyn StockRepository {
        &self.stock
    }

    fn users(&self) -> &dyn UserRepository {
        &self.users
    }

    fn sessions(&self) -> &dyn SessionRepository {
        &self.sessions
    }

    fn links(&self) -> &dyn LinkRepository {
        &self.links
    }

    fn account_mails(&self) -> &dyn AccountMailRepository {
        &self.account_mails
    }

    fn deliveries(&self) -> &dyn DeliveryRepository {
        &self.deliveries
    }

    fn leftovers(&self) -> &dyn LeftoverRepository {
        &self.leftovers
    }

    fn personal_data(&self) -> &dyn PersonalDataRepository {
        &self.personal_data
    }

    fn audit(&self) -> &dyn AuditRepository {
        &self.audit
    }

    async fn commit(self: Box<Self>) -> Result<(), RepositoryError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Its `begin` returns one unit of work after the other.
pub(crate) struct FakeUnitOfWorkFactory {
    size: usize,
    units: Mutex<VecDeque<FakeUnitOfWork>>,
    commits: Arc<AtomicUsize>,
}

impl FakeUnitOfWorkFactory {
    pub(crate) fn of<const SIZE: usize>(units: [FakeUnitOfWork; SIZE]) -> Self {
        let commits = Arc::<AtomicUsize>::default();
        let units = units.into_iter().map(|unit| FakeUnitOfWork { commits: Arc::clone(&commits), ..unit });
        Self { size: SIZE, units: Mutex::new(units.collect()), commits }
    }

    /// Whether any unit of work has begun.
    pub(crate) fn began(&self) -> bool {
        self.units.lock().unwrap().len() < self.size
    }

    /// Whether all units of work were committed.
    pub(crate) fn committed(&self) -> bool {
        self.commits() == self.size
    }

    /// How many units of work were committed.
    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl UnitOfWorkFactory for FakeUnitOfWorkFactory {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, RepositoryError> {
        Ok(Box::new(self.units.lock().unwrap().pop_front().expect("begin is called once per unit of work")))
    }
}
