use actix_web::web::{Data, Json};
use domain::StoreState;

use super::live::Health;
use crate::api_error::{ApiError, kinds};
use crate::draining::Draining;
use crate::use_cases::UseCases;

/// Check that the service can serve requests.
///
/// The store must be reachable and writable, and its schema must be the one that this version needs. A service that is about to
/// stop is not ready.
#[utoipa::path(get, path = "/health/ready", tag = "Health", responses((status = 200, description = "The service is ready", body = Health)))]
pub(crate) async fn ready(use_cases: Data<UseCases>, draining: Data<Draining>) -> Result<Json<Health>, ApiError> {
    if draining.0.is_cancelled() {
        return Err(kinds::SHUTTING_DOWN.into());
    }
    match use_cases.run(async move |ports| ports.store_health.check().await).await? {
        StoreState::Ready => Ok(Json(Health::OK)),
        StoreState::SchemaOutdated => Err(unavailable("The store's schema is not the one that this version needs")),
        StoreState::ReadOnly => Err(unavailable("The store is read-only; try again shortly")),
    }
}

fn unavailable(detail: &'static str) -> ApiError {
    ApiError::from(kinds::STORE_UNAVAILABLE).detail(detail)
}
