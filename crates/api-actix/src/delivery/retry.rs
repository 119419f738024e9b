use actix_web::web::{Data, Json};
use domain::delivery::{self, DeliveryId, RetryError};

use super::body::DeliveryBody;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

refusals!(RetryError {
    NotFound => kinds::DELIVERY_NOT_FOUND,
    AlreadyDelivered(_) => kinds::DELIVERY_ALREADY_DELIVERED,
} else Repository);

/// Send an e-mail now that failed, was skipped or waits for its next attempt.
#[utoipa::path(
    post, path = "/admin/deliveries/{id}/retry", tag = "Admin", operation_id = "retry_delivery",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The delivery, which is pending", body = DeliveryBody))
)]
pub(crate) async fn retry(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<DeliveryId>,
) -> Result<Json<DeliveryBody>, ApiError> {
    let delivery = use_cases
        .run(async move |ports| {
            delivery::retry(&*ports.units, &*ports.delivery_reader, &*ports.clock, &origin, id).await
        })
        .await?;
    Ok(Json(delivery.into()))
}
