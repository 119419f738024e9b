//! Connects the API's ports to their adapters.

use std::sync::Arc;

use api_actix::Ports;
use domain::book::BookReader;
use infra_postgres::{CatalogReplica, Store};
use infra_security::{InMemoryThrottle, JwtIssuer, SystemClock};
use secrecy::SecretString;

use crate::metrics::{Instruments, MeteredHasher, MeteredPreBookings, MeteredUnits};
use crate::settings::Settings;

pub(crate) fn wire(
    store: &Arc<Store>,
    settings: &Settings,
    jwt_secret: &SecretString,
    instruments: &Arc<Instruments>,
    hasher: &Arc<MeteredHasher>,
) -> anyhow::Result<Ports> {
    let pre_bookings = MeteredPreBookings { store: Arc::clone(store), instruments: Arc::clone(instruments) };
    let units = MeteredUnits { units: Arc::clone(store) as _, instruments: Arc::clone(instruments) };
    let tokens = JwtIssuer::new(jwt_secret, settings.access_token_ttl(), settings.refresh_token_ttl());
    Ok(Ports {
        clock: Arc::new(SystemClock),
        units: Arc::new(units),
        store_health: Arc::clone(store) as _,
        book_reader: book_reader(store, settings)?,
        book_repository: Arc::clone(store) as _,
        pre_booking_reader: Arc::clone(store) as _,
        pre_booking_repository: Arc::new(pre_bookings),
        delivery_reader: Arc::clone(store) as _,
        user_reader: Arc::clone(store) as _,
        hasher: Arc::clone(hasher) as _,
        tokens: Arc::new(tokens),
        throttle: Arc::new(InMemoryThrottle::default()),
        request_observer: Arc::clone(instruments) as _,
        max_waiting_per_user: settings.max_waiting_per_user,
    })
}

fn book_reader(store: &Arc<Store>, settings: &Settings) -> anyhow::Result<Arc<dyn BookReader>> {
    let store = Arc::clone(store);
    Ok(match settings.replica()? {
        Some(url) => Arc::new(CatalogReplica::new(store, &url, settings.max_connections())?),
        None => store,
    })
}
