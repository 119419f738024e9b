use domain::delivery::DeliverySummary;
use serde::Serialize;
use utoipa::ToSchema;

use crate::timestamp::Rfc3339;

/// The state of the e-mail that tells a user that a book is back in stock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliverySummary)]
pub(crate) struct DeliverySummaryBody {
    #[schema(schema_with = crate::schema::delivery_status)]
    status: &'static str,
    /// When the mail server accepted it; null until then.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    delivered_at: Option<Rfc3339>,
}

impl From<DeliverySummary> for DeliverySummaryBody {
    fn from(summary: DeliverySummary) -> Self {
        Self { status: summary.status.as_str(), delivered_at: summary.delivered_at.map(Rfc3339) }
    }
}
