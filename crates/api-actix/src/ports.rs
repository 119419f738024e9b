use std::num::NonZeroU32;
use std::sync::Arc;

use domain::account::{LogInThrottle, PasswordHasher, TokenIssuer, UserReader};
use domain::book::{BookReader, BookRepository};
use domain::delivery::DeliveryReader;
use domain::pre_booking::{PreBookingReader, PreBookingRepository};
use domain::{Clock, StoreHealth, UnitOfWorkFactory};

use crate::request_observer::RequestObserver;

/// The ports that the API's use cases need, and the limits that the settings set them.
#[expect(missing_docs, reason = "each port has the docs of its field")]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub units: Arc<dyn UnitOfWorkFactory>,
    pub store_health: Arc<dyn StoreHealth>,
    pub book_reader: Arc<dyn BookReader>,
    pub book_repository: Arc<dyn BookRepository>,
    pub pre_booking_reader: Arc<dyn PreBookingReader>,
    pub pre_booking_repository: Arc<dyn PreBookingRepository>,
    pub delivery_reader: Arc<dyn DeliveryReader>,
    pub user_reader: Arc<dyn UserReader>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub tokens: Arc<dyn TokenIssuer>,
    pub throttle: Arc<dyn LogInThrottle>,
    pub request_observer: Arc<dyn RequestObserver>,
    /// How many pre-bookings of one user may wait at the same time.
    pub max_waiting_per_user: NonZeroU32,
}
