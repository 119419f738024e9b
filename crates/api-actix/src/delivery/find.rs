use actix_web::web::{Data, Json};
use domain::delivery::{self, Attempt, Delivery, DeliveryId, FindDeliveryError};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::DeliveryBody;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

/// An attempt to send an e-mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub(crate) struct AttemptBody {
    #[schema(value_type = String, format = DateTime)]
    attempted_at: Rfc3339,
    #[schema(schema_with = crate::schema::attempt_outcome)]
    outcome: &'static str,
    /// The mail server's reply, or why there is none.
    #[schema(example = "250 2.0.0 Ok: queued as 4F9D195432C")]
    answer: String,
}

impl From<Attempt> for AttemptBody {
    fn from(attempt: Attempt) -> Self {
        Self { attempted_at: attempt.attempted_at.into(), outcome: attempt.outcome.as_str(), answer: attempt.answer }
    }
}

/// A delivery with all its attempts, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryWithAttempts {
    #[serde(flatten)]
    delivery: DeliveryBody,
    attempts: Vec<AttemptBody>,
}

impl From<(Delivery, Vec<Attempt>)> for DeliveryWithAttempts {
    fn from((delivery, attempts): (Delivery, Vec<Attempt>)) -> Self {
        Self { delivery: delivery.into(), attempts: attempts.into_iter().map(AttemptBody::from).collect() }
    }
}

refusals!(FindDeliveryError { NotFound => kinds::DELIVERY_NOT_FOUND } else Repository);

/// Show a delivery with all its attempts.
#[utoipa::path(
    get, path = "/admin/deliveries/{id}", tag = "Admin", operation_id = "find_delivery",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The delivery", body = DeliveryWithAttempts))
)]
pub(crate) async fn find(
    use_cases: Data<UseCases>,
    PathId(id): PathId<DeliveryId>,
) -> Result<Json<DeliveryWithAttempts>, ApiError> {
    let (delivery, attempts) =
        use_cases.run(async move |ports| delivery::find(&*ports.delivery_reader, id).await).await?;
    Ok(Json((delivery, attempts).into()))
}
