use actix_web::web::{Data, Json};
use domain::pre_booking::{self, FindPreBookingError, PreBookingId};

use super::body::PreBookingBody;
use crate::access::SignedIn;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::use_cases::UseCases;

refusals!(FindPreBookingError { NotFound => kinds::PREBOOK_NOT_FOUND } else Repository);

/// Show one of your pre-bookings.
#[utoipa::path(
    get, path = "/prebooks/{id}", tag = "Pre-bookings", operation_id = "find_pre_booking",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The pre-booking", body = PreBookingBody))
)]
pub(crate) async fn find(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    PathId(id): PathId<PreBookingId>,
) -> Result<Json<PreBookingBody>, ApiError> {
    let found =
        use_cases.run(async move |ports| pre_booking::find(&*ports.pre_booking_reader, user.id, id).await).await?;
    Ok(Json(found.into()))
}
