use std::sync::Arc;

use domain::account::{
    LinkTokens, LogInThrottle, PasswordHasher, PersonalDataReader, SessionReader, TokenIssuer, UnsubscribeTokens,
    UserReader,
};
use domain::audit::AuditReader;
use domain::book::BookReader;
use domain::delivery::DeliveryReader;
use domain::limit::RateLimiter;
use domain::pre_booking::{PlacementRules, PreBookingReader, PreBookingRepository};
use domain::{Clock, StoreHealth, UnitOfWorkFactory};

use crate::request_observer::RequestObserver;

/// The ports that the API's use cases need, and the shop's rules.
#[expect(missing_docs, reason = "each port has the docs of its field")]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub units: Arc<dyn UnitOfWorkFactory>,
    pub store_health: Arc<dyn StoreHealth>,
    pub book_reader: Arc<dyn BookReader>,
    pub pre_booking_reader: Arc<dyn PreBookingReader>,
    pub pre_booking_repository: Arc<dyn PreBookingRepository>,
    pub delivery_reader: Arc<dyn DeliveryReader>,
    pub session_reader: Arc<dyn SessionReader>,
    pub user_reader: Arc<dyn UserReader>,
    pub personal_data_reader: Arc<dyn PersonalDataReader>,
    pub audit_reader: Arc<dyn AuditReader>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub tokens: Arc<dyn TokenIssuer>,
    pub throttle: Arc<dyn LogInThrottle>,
    pub request_observer: Arc<dyn RequestObserver>,
    pub rate_limiter: Arc<dyn RateLimiter>,
    pub link_tokens: Arc<dyn LinkTokens>,
    pub placement_rules: PlacementRules,
    pub unsubscribe_tokens: Arc<dyn UnsubscribeTokens>,
}
