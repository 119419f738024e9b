use actix_web::web::{Data, Json};
use domain::delivery::{self, DeliveryId};

use super::body::DeliveryBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::wiring::Ports;

/// Send one that failed, was skipped or rests, now.
#[utoipa::path(
    post, path = "/admin/deliveries/{id}/retry", tag = "Admin", operation_id = "retry_delivery",
    params(("id" = i64, Path, minimum = 1)), security(("access_token" = [])),
    responses(
        (status = 200, description = "The delivery, pending", body = DeliveryBody),
        (status = 404, description = "`DELIVERY_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`DELIVERY_ALREADY_DELIVERED`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn retry(ports: Data<Ports>, PathId(id): PathId<DeliveryId>) -> Result<Json<DeliveryBody>, ApiError> {
    Ok(Json(delivery::retry(&*ports.units, &*ports.deliveries, &*ports.clock, id).await?.into()))
}
