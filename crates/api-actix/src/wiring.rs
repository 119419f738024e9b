//! The only place that knows both the ports and their adapters.

use std::sync::Arc;

use domain::account::{LogInThrottle, PasswordHasher, TokenIssuer, UserReader};
use domain::book::{BookReader, BookRepository};
use domain::delivery::DeliveryReader;
use domain::pre_booking::{PreBookingReader, PreBookingRepository};
use domain::{Clock, StoreHealth, UnitOfWorkFactory};
use infra_postgres::Store;

use crate::security::{Argon2Hasher, InMemoryThrottle, JwtIssuer, SystemClock};
use crate::settings::{Settings, cores};
use crate::start::Secrets;

/// Every port that a handler may ask for.
pub(crate) struct Ports {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) units: Arc<dyn UnitOfWorkFactory>,
    pub(crate) health: Arc<dyn StoreHealth>,
    pub(crate) books: Arc<dyn BookReader>,
    pub(crate) book_repository: Arc<dyn BookRepository>,
    pub(crate) pre_bookings: Arc<dyn PreBookingReader>,
    pub(crate) pre_booking_repository: Arc<dyn PreBookingRepository>,
    pub(crate) deliveries: Arc<dyn DeliveryReader>,
    pub(crate) users: Arc<dyn UserReader>,
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) tokens: Arc<dyn TokenIssuer>,
    pub(crate) throttle: Arc<dyn LogInThrottle>,
}

impl Ports {
    /// Wires every port to its adapter.
    pub(crate) fn wire(store: &Arc<Store>, settings: &Settings, secrets: &Secrets) -> Self {
        let tokens = JwtIssuer::new(&secrets.jwt_secret, settings.access_token_ttl(), settings.refresh_token_ttl());
        Self {
            clock: Arc::new(SystemClock),
            units: Arc::clone(store) as _,
            health: Arc::clone(store) as _,
            books: Arc::clone(store) as _,
            book_repository: Arc::clone(store) as _,
            pre_bookings: Arc::clone(store) as _,
            pre_booking_repository: Arc::clone(store) as _,
            deliveries: Arc::clone(store) as _,
            users: Arc::clone(store) as _,
            hasher: Arc::new(Argon2Hasher::new(cores())),
            tokens: Arc::new(tokens),
            throttle: Arc::new(InMemoryThrottle::default()),
        }
    }
}
