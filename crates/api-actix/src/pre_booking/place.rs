use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use domain::book::BookId;
use domain::pre_booking::{self, PlaceError, PreBookingId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::PreBookingBody;
use crate::access::SignedIn;
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody, whole_number};
use crate::use_cases::UseCases;

/// A new pre-booking.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewPreBooking {
    #[schema(value_type = i64, required, minimum = 1, example = 1)]
    book_id: Option<Value>,
}

refusals!(PlaceError {
    EmailUnverified(_) => kinds::AUTH_EMAIL_UNVERIFIED,
    BookNotFound => kinds::BOOK_NOT_FOUND.field("book_id"),
    BookInStock(_) => kinds::PREBOOK_BOOK_IN_STOCK.field("book_id"),
    Duplicate(waiting) => kinds::PREBOOK_DUPLICATE.field("book_id").location(&path_of(waiting)),
    LimitReached => kinds::PREBOOK_LIMIT_REACHED,
} else Repository);

fn path_of(id: PreBookingId) -> String {
    format!("/prebooks/{}", id.get())
}

/// Pre-book a book that is out of stock.
///
/// If you wait for the book already, the 409 `PREBOOK_DUPLICATE` has the path of that pre-booking in `Location`. So after a lost
/// response, send the same request again.
#[utoipa::path(
    post, path = "/prebooks", tag = "Pre-bookings", operation_id = "place_pre_booking",
    request_body = NewPreBooking,
    responses(
        (status = 201, description = "The pre-booking", body = PreBookingBody, headers(("Location" = String, description = "The path of the pre-booking"))),
        (status = 409, description = "", headers(("Location" = String, description = "The path of the pre-booking that is waiting already"))),
    )
)]
pub(crate) async fn place(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    JsonBody(input): JsonBody<NewPreBooking>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let book_id = fields.required("book_id", input.book_id, |value| BookId::new(whole_number(&value)));
    let book_id = fields.finish(book_id)?;
    let placed = use_cases
        .run(async move |ports| {
            let (books, pre_bookings, rules) =
                (&*ports.book_reader, &*ports.pre_booking_repository, ports.placement_rules);
            pre_booking::place(books, pre_bookings, &*ports.clock, rules, &user, book_id).await
        })
        .await?;
    let location = path_of(placed.pre_booking.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(PreBookingBody::from(placed)))
}
