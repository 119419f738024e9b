//! Connects the API's ports to their adapters.

use std::sync::Arc;

use api_actix::Ports;
use domain::account::UnsubscribeTokens;
use infra_postgres::Store;
use infra_security::{Argon2Hasher, HmacUnsubscribeTokens, InMemoryThrottle, JwtIssuer, SystemClock, random_token};
use secrecy::SecretString;

use crate::settings::{Settings, cores};

pub(crate) fn wire(
    store: &Arc<Store>,
    settings: &Settings,
    jwt_secret: &SecretString,
    unsubscribe_tokens: &Arc<dyn UnsubscribeTokens>,
) -> Ports {
    let tokens = JwtIssuer::new(jwt_secret, settings.access_token_ttl(), settings.refresh_token_ttl());
    Ports {
        clock: Arc::new(SystemClock),
        units: Arc::clone(store) as _,
        store_health: Arc::clone(store) as _,
        book_reader: Arc::clone(store) as _,
        pre_booking_reader: Arc::clone(store) as _,
        pre_booking_repository: Arc::clone(store) as _,
        delivery_reader: Arc::clone(store) as _,
        user_reader: Arc::clone(store) as _,
        personal_data_reader: Arc::clone(store) as _,
        audit_reader: Arc::clone(store) as _,
        hasher: Arc::new(Argon2Hasher::new(cores())),
        tokens: Arc::new(tokens),
        throttle: Arc::new(InMemoryThrottle::default()),
        unsubscribe_tokens: Arc::clone(unsubscribe_tokens),
    }
}

/// Returns the tokens of links that end e-mails. Their key is in the store, so that servers and workers share it without a setting,
/// and links in old e-mails work whatever secrets change.
pub(crate) async fn unsubscribe_tokens(store: &Store) -> anyhow::Result<Arc<dyn UnsubscribeTokens>> {
    let key = store.service_key("unsubscribe", &random_token()?).await?;
    Ok(Arc::new(HmacUnsubscribeTokens::new(key.into())))
}
