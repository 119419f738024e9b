use domain::pre_booking::PreBookedBook;
use serde::Serialize;
use utoipa::ToSchema;

use crate::delivery::DeliverySummaryBody;
use crate::timestamp::Rfc3339;

/// One of the user's own pre-bookings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreBooking)]
pub(crate) struct PreBookingBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = 1, minimum = 1)]
    book_id: i64,
    #[schema(example = "Solaris")]
    book_title: String,
    #[schema(example = "Stanisław Lem")]
    book_author: String,
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

impl From<PreBookedBook> for PreBookingBody {
    fn from(PreBookedBook { pre_booking, title, author, delivery }: PreBookedBook) -> Self {
        Self {
            id: pre_booking.id.get(),
            book_id: pre_booking.book_id.get(),
            book_title: title.as_str().to_owned(),
            book_author: author.as_str().to_owned(),
            status: pre_booking.state.status().as_str(),
            created_at: pre_booking.created_at.into(),
            notified_at: pre_booking.state.notified_at().map(Rfc3339),
            cancelled_at: pre_booking.state.cancelled_at().map(Rfc3339),
            delivery: delivery.map(DeliverySummaryBody::from),
        }
    }
}
