//! Connects the API's ports to their adapters.

use std::sync::Arc;

use api_actix::Ports;
use domain::account::UnsubscribeTokens;
use domain::book::BookReader;
use domain::limit::RateLimiter;
use domain::pre_booking::PlacementRules;
use infra_postgres::{CatalogReplica, Store};
use infra_security::{
    GovernorLimiter, GuessThrottle, HmacUnsubscribeTokens, JwtIssuer, RandomLinkTokens, SystemClock, Unlimited,
    random_token,
};

use crate::mail_settings::Switch;
use crate::metrics::{Instruments, MeteredHasher, MeteredPreBookings, MeteredUnits};
use crate::rate_limit::RateLimit;
use crate::settings::Settings;
use crate::start::Secrets;

pub(crate) fn wire(
    store: &Arc<Store>,
    settings: &Settings,
    secrets: &Secrets,
    unsubscribe_tokens: &Arc<dyn UnsubscribeTokens>,
    instruments: &Arc<Instruments>,
    hasher: &Arc<MeteredHasher>,
) -> anyhow::Result<Ports> {
    let pre_bookings = MeteredPreBookings { store: Arc::clone(store), instruments: Arc::clone(instruments) };
    let units = MeteredUnits { units: Arc::clone(store) as _, instruments: Arc::clone(instruments) };
    let (current, previous) = (&secrets.jwt_secret, settings.jwt_secret_previous.as_ref());
    let tokens = JwtIssuer::new(current, previous, settings.access_token_ttl(), settings.refresh_token_ttl());
    let rate_limiter: Arc<dyn RateLimiter> = match settings.rate_limit {
        RateLimit::On(factor) => Arc::new(GovernorLimiter::new(factor)),
        RateLimit::Off => Arc::new(Unlimited),
    };
    Ok(Ports {
        clock: Arc::new(SystemClock),
        units: Arc::new(units),
        store_health: Arc::clone(store) as _,
        book_reader: book_reader(store, settings)?,
        pre_booking_reader: Arc::clone(store) as _,
        pre_booking_repository: Arc::new(pre_bookings),
        delivery_reader: Arc::clone(store) as _,
        session_reader: Arc::clone(store) as _,
        user_reader: Arc::clone(store) as _,
        personal_data_reader: Arc::clone(store) as _,
        audit_reader: Arc::clone(store) as _,
        hasher: Arc::clone(hasher) as _,
        tokens: Arc::new(tokens),
        throttle: Arc::new(GuessThrottle::new(Arc::clone(&rate_limiter))),
        request_observer: Arc::clone(instruments) as _,
        rate_limiter,
        link_tokens: Arc::new(RandomLinkTokens),
        unsubscribe_tokens: Arc::clone(unsubscribe_tokens),
        placement_rules: PlacementRules {
            requires_verified_email: settings.require_verified_email == Switch::On,
            max_waiting: settings.max_waiting_per_user,
        },
    })
}

fn book_reader(store: &Arc<Store>, settings: &Settings) -> anyhow::Result<Arc<dyn BookReader>> {
    let store = Arc::clone(store);
    Ok(match settings.replica()? {
        Some(url) => Arc::new(CatalogReplica::new(store, &url, settings.max_connections())?),
        None => store,
    })
}

/// Returns the tokens of links that end e-mails. Their key is in the store, so that servers and workers share it without a setting,
/// and links in old e-mails work whatever secrets change.
pub(crate) async fn unsubscribe_tokens(store: &Store) -> anyhow::Result<Arc<dyn UnsubscribeTokens>> {
    let key = store.service_key("unsubscribe", &random_token()?).await?;
    Ok(Arc::new(HmacUnsubscribeTokens::new(key.into())))
}
