use actix_web::web::{Data, Json};
use domain::book::{BookId, Round};
use domain::pre_booking::{self, BookPreBookingQuery, PreBookingId, PreBookingOfUser};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::PreBookingParameters;
use crate::api_error::{ApiError, Problem};
use crate::delivery::DeliverySummaryBody;
use crate::input::{PathId, QueryString, encode_cursor};
use crate::timestamp::Rfc3339;
use crate::wiring::Ports;

fn position([round, id]: [i64; 2]) -> Option<(Round, PreBookingId)> {
    let round = Round::from_stored(Some(round).filter(|round| *round >= 0)?);
    Some((round, PreBookingId::new(id).ok()?))
}

/// Somebody's wish for a book.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreBookingOfUser)]
pub(crate) struct PreBookingOfUserBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = 2, minimum = 1)]
    user_id: i64,
    #[schema(example = "ada@example.com")]
    user_email: String,
    #[schema(schema_with = crate::openapi::pre_booking_status)]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// When the book came back; null as long as it has not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    notified_at: Option<Rfc3339>,
    /// When it was cancelled; null if it was not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    cancelled_at: Option<Rfc3339>,
    /// How far the e-mail about it is; null as long as the book has not come back.
    #[schema(required)]
    delivery: Option<DeliverySummaryBody>,
}

impl From<PreBookingOfUser> for PreBookingOfUserBody {
    fn from(PreBookingOfUser { pre_booking, email, delivery }: PreBookingOfUser) -> Self {
        Self {
            id: pre_booking.id.get(),
            user_id: pre_booking.user_id.get(),
            user_email: email.as_str().to_owned(),
            status: pre_booking.status.kind().as_str(),
            created_at: pre_booking.created_at.into(),
            notified_at: pre_booking.status.notified_at().map(Rfc3339),
            cancelled_at: pre_booking.status.cancelled_at().map(Rfc3339),
            delivery: delivery.map(DeliverySummaryBody::from),
        }
    }
}

/// A stretch of everybody's pre-bookings of a book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookPreBookingPage {
    items: Vec<PreBookingOfUserBody>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List who pre-booked a book, the latest round first.
#[utoipa::path(
    get, path = "/admin/books/{id}/prebooks", tag = "Admin", operation_id = "list_pre_bookings_of_book",
    params(("id" = i64, Path, minimum = 1), PreBookingParameters), security(("access_token" = [])),
    responses(
        (status = 200, description = "A stretch of the pre-bookings that match", body = BookPreBookingPage),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_of_book(
    ports: Data<Ports>,
    PathId(book_id): PathId<BookId>,
    QueryString(parameters): QueryString<PreBookingParameters>,
) -> Result<Json<BookPreBookingPage>, ApiError> {
    let (status, after, limit) = parameters.parse(position)?;
    let query = BookPreBookingQuery { status, after, limit };
    let page = pre_booking::list_of_book(&*ports.books, &*ports.pre_bookings, book_id, &query).await?;
    let items = page.items.into_iter().map(PreBookingOfUserBody::from).collect();
    let next = page.next.map(|(round, id)| encode_cursor([round.get(), id.get()]));
    Ok(Json(BookPreBookingPage { items, next_cursor: next }))
}
