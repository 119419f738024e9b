use actix_web::web::{Data, Json};
use domain::pre_booking::{self, PreBookingId};

use super::body::PreBookingBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::security::SignedIn;
use crate::wiring::Ports;

/// Look one of one's pre-bookings up.
#[utoipa::path(
    get, path = "/prebooks/{id}", tag = "Pre-bookings", operation_id = "find_pre_booking",
    params(("id" = i64, Path, minimum = 1)), security(("access_token" = [])),
    responses(
        (status = 200, description = "The pre-booking", body = PreBookingBody),
        (status = 404, description = "`PREBOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(
    ports: Data<Ports>,
    SignedIn(user): SignedIn,
    PathId(id): PathId<PreBookingId>,
) -> Result<Json<PreBookingBody>, ApiError> {
    Ok(Json(pre_booking::find(&*ports.pre_bookings, user.id, id).await?.into()))
}
