use actix_web::web::{Data, Json};
use domain::book::{BookId, Round};
use domain::pre_booking::{self, BookPreBookingQuery, ListOfBookError, PreBookingId, PreBookingOfUser};
use serde::Serialize;
use utoipa::ToSchema;

use super::list::PreBookingParameters;
use crate::api_error::{ApiError, refusals};
use crate::delivery::DeliverySummaryBody;
use crate::input::{PathId, QueryString, encode_cursor};
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

fn position([round, id]: [i64; 2]) -> Option<(Round, PreBookingId)> {
    let round = Round::from_stored(Some(round).filter(|round| *round >= 0)?);
    Some((round, PreBookingId::new(id).ok()?))
}

/// A user's pre-booking of a book.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreBookingOfUser)]
pub(crate) struct PreBookingOfUserBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = 2, minimum = 1)]
    user_id: i64,
    #[schema(example = "ada@example.com")]
    user_email: String,
    #[schema(schema_with = crate::schema::pre_booking_status)]
    status: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// When a restock notified it; null unless one did.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    notified_at: Option<Rfc3339>,
    /// When it was cancelled; null unless it was.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    cancelled_at: Option<Rfc3339>,
    /// The e-mail about that restock; null unless it was notified.
    #[schema(required)]
    delivery: Option<DeliverySummaryBody>,
}

impl From<PreBookingOfUser> for PreBookingOfUserBody {
    fn from(PreBookingOfUser { pre_booking, email, delivery }: PreBookingOfUser) -> Self {
        Self {
            id: pre_booking.id.get(),
            user_id: pre_booking.user_id.get(),
            user_email: email.as_str().to_owned(),
            status: pre_booking.state.status().as_str(),
            created_at: pre_booking.created_at.into(),
            notified_at: pre_booking.state.notified_at().map(Rfc3339),
            cancelled_at: pre_booking.state.cancelled_at().map(Rfc3339),
            delivery: delivery.map(DeliverySummaryBody::from),
        }
    }
}

/// A page of all users' pre-bookings of a book.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookPreBookingPage {
    items: Vec<PreBookingOfUserBody>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

refusals!(ListOfBookError { BookNotFound => kinds::BOOK_NOT_FOUND } else Repository);

/// List the pre-bookings of a book, latest round first.
#[utoipa::path(
    get, path = "/admin/books/{id}/prebooks", tag = "Admin", operation_id = "list_pre_bookings_of_book",
    params(("id" = i64, Path, minimum = 1), PreBookingParameters),
    responses((status = 200, description = "A page of the matching pre-bookings", body = BookPreBookingPage))
)]
pub(crate) async fn list_of_book(
    use_cases: Data<UseCases>,
    PathId(book_id): PathId<BookId>,
    QueryString(parameters): QueryString<PreBookingParameters>,
) -> Result<Json<BookPreBookingPage>, ApiError> {
    let (status, after, limit) = parameters.parse(position)?;
    let query = BookPreBookingQuery { status, after, limit };
    let page = use_cases
        .run(async move |ports| {
            pre_booking::list_of_book(&*ports.book_reader, &*ports.pre_booking_reader, book_id, &query).await
        })
        .await?;
    let items = page.items.into_iter().map(PreBookingOfUserBody::from).collect();
    let next = page.next.map(|(round, id)| encode_cursor([round.get(), id.get()]));
    Ok(Json(BookPreBookingPage { items, next_cursor: next }))
}
