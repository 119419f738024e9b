use domain::delivery::{Delivery, DeliveryState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::timestamp::Rfc3339;

/// The e-mail that tells a user that a book is back in stock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = 1, minimum = 1)]
    pre_booking_id: i64,
    #[schema(example = 1, minimum = 1)]
    restock_id: i64,
    #[schema(example = 1, minimum = 1)]
    book_id: i64,
    #[schema(example = "Solaris")]
    book_title: String,
    #[schema(example = 2, minimum = 1)]
    user_id: i64,
    #[schema(example = "ada@example.com")]
    user_email: String,
    #[schema(schema_with = crate::schema::delivery_status)]
    status: &'static str,
    /// The number of attempts since it was created or last retried by an admin.
    #[schema(example = 1, minimum = 0)]
    attempt_count: u32,
    /// The earliest time of the next attempt; null unless it is pending.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    due_at: Option<Rfc3339>,
    /// When the mail server accepted it; null until then.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    delivered_at: Option<Rfc3339>,
    /// Why it is not delivered, or not yet; null if there is no reason to show.
    #[schema(required, example = "550 5.1.1 no such user")]
    reason: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
}

impl From<Delivery> for DeliveryBody {
    fn from(delivery: Delivery) -> Self {
        let due_at = match delivery.state {
            DeliveryState::Pending { due_at } => Some(Rfc3339(due_at)),
            DeliveryState::Delivered { .. } | DeliveryState::Failed | DeliveryState::Skipped => None,
        };
        Self {
            id: delivery.id.get(),
            pre_booking_id: delivery.pre_booking_id.get(),
            restock_id: delivery.restock_id.get(),
            book_id: delivery.book_id.get(),
            book_title: delivery.title.as_str().to_owned(),
            user_id: delivery.user_id.get(),
            user_email: delivery.email.as_str().to_owned(),
            status: delivery.state.status().as_str(),
            attempt_count: delivery.attempts,
            due_at,
            delivered_at: delivery.state.delivered_at().map(Rfc3339),
            reason: delivery.reason,
            created_at: delivery.created_at.into(),
        }
    }
}
