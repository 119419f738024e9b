use actix_web::web::{Data, Json};
use domain::delivery::{self, DeliveryStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};
use crate::wiring::Ports;

/// What all of can be retried at once. What is pending is sent by itself.
const RETRIED: [DeliveryStatus; 2] = [DeliveryStatus::Failed, DeliveryStatus::Skipped];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetryParameters {
    /// Those of this status: `failed` or `skipped`.
    #[param(value_type = String, required = true, pattern = "^(failed|skipped)$", example = "failed")]
    status: Option<String>,
}

impl RetryParameters {
    fn parse(self) -> Result<DeliveryStatus, ApiError> {
        let mut fields = Fields::default();
        let status = fields.required("status", self.status, Ok);
        let status = fields.named("status", status, &RETRIED, DeliveryStatus::as_str);
        fields.finish(status)
    }
}

/// What was retried.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetriedDeliveries {
    /// How many deliveries are pending again.
    #[schema(minimum = 0)]
    retried: u64,
}

/// Send all that failed, or all that were skipped, now.
#[utoipa::path(
    post, path = "/admin/deliveries/retry", tag = "Admin", operation_id = "retry_deliveries",
    params(RetryParameters), security(("access_token" = [])),
    responses((status = 200, description = "How many are pending again", body = RetriedDeliveries))
)]
pub(crate) async fn retry_all(
    ports: Data<Ports>,
    QueryString(parameters): QueryString<RetryParameters>,
) -> Result<Json<RetriedDeliveries>, ApiError> {
    let retried = delivery::retry_all(&*ports.units, &*ports.clock, parameters.parse()?).await?;
    Ok(Json(RetriedDeliveries { retried }))
}
