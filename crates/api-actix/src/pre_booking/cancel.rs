use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::pre_booking::{self, PreBookingId};

use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::security::SignedIn;
use crate::wiring::Ports;

/// Cancel one of one's pre-bookings.
///
/// Nothing is deleted: its status becomes `cancelled`, for good.
#[utoipa::path(
    delete, path = "/prebooks/{id}", tag = "Pre-bookings", operation_id = "cancel_pre_booking",
    params(("id" = i64, Path, minimum = 1)), security(("access_token" = [])),
    responses(
        (status = 204, description = "It is cancelled"),
        (status = 404, description = "`PREBOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`PREBOOK_ALREADY_CANCELLED`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cancel(
    ports: Data<Ports>,
    SignedIn(user): SignedIn,
    PathId(id): PathId<PreBookingId>,
) -> Result<HttpResponse, ApiError> {
    pre_booking::cancel(&*ports.pre_booking_repository, &*ports.clock, user.id, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
