use actix_web::web::{Data, Json};
use domain::delivery::{self, Attempt, DeliveryId};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::DeliveryBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::timestamp::Rfc3339;
use crate::wiring::Ports;

/// One try to hand an e-mail to the mail server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub(crate) struct AttemptBody {
    #[schema(value_type = String, format = DateTime)]
    attempted_at: Rfc3339,
    #[schema(schema_with = crate::openapi::attempt_outcome)]
    outcome: &'static str,
    /// What the mail server answered, or why it did not.
    #[schema(example = "250 2.0.0 Ok: queued as 4F9D195432C")]
    answer: String,
}

impl From<Attempt> for AttemptBody {
    fn from(attempt: Attempt) -> Self {
        Self { attempted_at: attempt.attempted_at.into(), outcome: attempt.outcome.as_str(), answer: attempt.answer }
    }
}

/// An e-mail and every attempt at it, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryWithAttempts {
    #[serde(flatten)]
    delivery: DeliveryBody,
    attempts: Vec<AttemptBody>,
}

/// Look at one delivery, and at every attempt.
#[utoipa::path(
    get, path = "/admin/deliveries/{id}", tag = "Admin", operation_id = "find_delivery",
    params(("id" = i64, Path, minimum = 1)), security(("access_token" = [])),
    responses(
        (status = 200, description = "The delivery", body = DeliveryWithAttempts),
        (status = 404, description = "`DELIVERY_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(
    ports: Data<Ports>,
    PathId(id): PathId<DeliveryId>,
) -> Result<Json<DeliveryWithAttempts>, ApiError> {
    let (delivery, attempts) = delivery::find(&*ports.deliveries, id).await?;
    let attempts = attempts.into_iter().map(AttemptBody::from).collect();
    Ok(Json(DeliveryWithAttempts { delivery: delivery.into(), attempts }))
}
