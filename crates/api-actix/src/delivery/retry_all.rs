use actix_web::web::{Data, Json};
use domain::delivery::{self, DeliveryStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

/// The statuses that can be retried all at once. Pending deliveries are sent anyway.
const RETRIED: [DeliveryStatus; 2] = [DeliveryStatus::Failed, DeliveryStatus::Skipped];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetryParameters {
    /// Which e-mails to retry: `failed`, or `skipped` because the account was deactivated.
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

/// The result of a retry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetriedDeliveries {
    /// The number of deliveries that are pending again.
    #[schema(minimum = 0)]
    retried: u64,
}

/// Send all failed e-mails now, or all that were skipped because the account was deactivated.
///
/// E-mails that were skipped for another reason stay skipped: the pre-booking was cancelled, or an operator skipped them.
#[utoipa::path(
    post, path = "/admin/deliveries/retry", tag = "Admin", operation_id = "retry_deliveries",
    params(RetryParameters),
    responses((status = 200, description = "The number of deliveries that are pending again", body = RetriedDeliveries))
)]
pub(crate) async fn retry_all(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    QueryString(parameters): QueryString<RetryParameters>,
) -> Result<Json<RetriedDeliveries>, ApiError> {
    let status = parameters.parse()?;
    let retried = use_cases
        .run(async move |ports| delivery::retry_all(&*ports.units, &*ports.clock, &origin, status).await)
        .await?;
    Ok(Json(RetriedDeliveries { retried }))
}
