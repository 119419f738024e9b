use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::pre_booking::{self, CancelError, PreBookingId};

use crate::access::SignedIn;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::use_cases::UseCases;

refusals!(CancelError {
    NotFound => kinds::PREBOOK_NOT_FOUND,
    AlreadyCancelled(_) => kinds::PREBOOK_ALREADY_CANCELLED,
} else Repository);

/// Cancel one of your pre-bookings.
///
/// Cancellation is final. The pre-booking stays in the list, as `cancelled`.
#[utoipa::path(
    delete, path = "/prebooks/{id}", tag = "Pre-bookings", operation_id = "cancel_pre_booking",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 204, description = "The pre-booking is cancelled"))
)]
pub(crate) async fn cancel(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    PathId(id): PathId<PreBookingId>,
) -> Result<HttpResponse, ApiError> {
    use_cases
        .run(async move |ports| pre_booking::cancel(&*ports.pre_booking_repository, &*ports.clock, user.id, id).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
