use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use domain::book::BookId;
use domain::pre_booking;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::PreBookingBody;
use crate::api_error::{ApiError, Problem};
use crate::input::{Fields, JsonBody, whole_number};
use crate::security::SignedIn;
use crate::wiring::Ports;

/// Which book to pre-book.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewPreBooking {
    #[schema(value_type = i64, required, minimum = 1, example = 1)]
    book_id: Option<Value>,
}

/// Pre-book a book that is out of stock.
#[utoipa::path(
    post, path = "/prebooks", tag = "Pre-bookings", operation_id = "place_pre_booking",
    request_body = NewPreBooking, security(("access_token" = [])),
    responses(
        (status = 201, description = "The pre-booking", body = PreBookingBody, headers(("Location" = String, description = "Where it is"))),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`PREBOOK_BOOK_IN_STOCK` or `PREBOOK_DUPLICATE`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn place(
    ports: Data<Ports>,
    SignedIn(user): SignedIn,
    JsonBody(input): JsonBody<NewPreBooking>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let book_id = fields.required("book_id", input.book_id, |value| BookId::new(whole_number(&value)));
    let book_id = fields.finish(book_id)?;
    let placed =
        pre_booking::place(&*ports.books, &*ports.pre_booking_repository, &*ports.clock, user.id, book_id).await?;
    let location = format!("/prebooks/{}", placed.pre_booking.id.get());
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(PreBookingBody::from(placed)))
}
