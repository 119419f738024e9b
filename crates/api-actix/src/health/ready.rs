use actix_web::web::{Data, Json};
use domain::StoreState;

use super::live::Health;
use crate::api_error::ApiError;
use crate::wiring::Ports;

/// Can requests be sent here?
///
/// Asks the store whether it answers, and whether its schema is the one that this program needs.
#[utoipa::path(get, path = "/health/ready", tag = "Health", responses((status = 200, description = "They can", body = Health)))]
pub(crate) async fn ready(ports: Data<Ports>) -> Result<Json<Health>, ApiError> {
    match ports.health.check().await? {
        StoreState::Ready => Ok(Json(Health::OK)),
        StoreState::SchemaOutdated => Err(ApiError::schema_outdated()),
    }
}
