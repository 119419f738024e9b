use actix_web::web::{Data, Json};
use domain::book::{BookId, RestockId};
use domain::delivery::{self, DeliveryCounts, RestockQuery, RestockReport};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RestockParameters {
    /// Only restocks of this book.
    #[param(value_type = Option<i64>, minimum = 1)]
    book_id: Option<String>,
    /// The maximum number of items.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the previous page.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl RestockParameters {
    fn parse(self) -> Result<RestockQuery, ApiError> {
        let after = decode_cursor(self.cursor.as_deref(), |[id]| RestockId::new(id).ok())?;
        let mut fields = Fields::default();
        let book_id = fields.identifier("book_id", self.book_id, BookId::new);
        let limit = fields.limit(self.limit);
        fields.finish(limit.map(|limit| RestockQuery { book_id, after, limit }))
    }
}

/// The number of deliveries by status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryCounts)]
pub(crate) struct DeliveryCountsBody {
    /// Waiting to be sent.
    #[schema(minimum = 0)]
    pending: u64,
    /// Accepted by the mail server.
    #[schema(minimum = 0)]
    delivered: u64,
    /// Refused for good, or deferred too often.
    #[schema(minimum = 0)]
    failed: u64,
    /// No longer to be sent when they were due.
    #[schema(minimum = 0)]
    skipped: u64,
}

impl From<DeliveryCounts> for DeliveryCountsBody {
    fn from(counts: DeliveryCounts) -> Self {
        let DeliveryCounts { pending, delivered, failed, skipped } = counts;
        Self { pending, delivered, failed, skipped }
    }
}

/// A change of a book's stock from 0 to more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Restock)]
pub(crate) struct RestockBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = 1, minimum = 1)]
    book_id: i64,
    #[schema(example = "Solaris")]
    book_title: String,
    /// The new stock.
    #[schema(example = 5, minimum = 1)]
    quantity: i32,
    #[schema(value_type = String, format = DateTime)]
    restocked_at: Rfc3339,
    /// The number of pre-bookings that it notified.
    #[schema(example = 1, minimum = 0)]
    notified: u64,
    deliveries: DeliveryCountsBody,
}

impl From<RestockReport> for RestockBody {
    fn from(restock: RestockReport) -> Self {
        Self {
            id: restock.id.get(),
            book_id: restock.book_id.get(),
            book_title: restock.title.as_str().to_owned(),
            quantity: restock.quantity.get(),
            restocked_at: restock.restocked_at.into(),
            notified: restock.notified,
            deliveries: restock.deliveries.into(),
        }
    }
}

/// A page of restocks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestockPage {
    items: Vec<RestockBody>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List restocks, newest first, with the number of users they notified and the status of the e-mails.
#[utoipa::path(
    get, path = "/admin/restocks", tag = "Admin", params(RestockParameters),
    responses((status = 200, description = "A page of the matching restocks", body = RestockPage))
)]
pub(crate) async fn list_restocks(
    use_cases: Data<UseCases>,
    QueryString(parameters): QueryString<RestockParameters>,
) -> Result<Json<RestockPage>, ApiError> {
    let query = parameters.parse()?;
    let page = use_cases.run(async move |ports| delivery::list_restocks(&*ports.delivery_reader, &query).await).await?;
    let items = page.items.into_iter().map(RestockBody::from).collect();
    Ok(Json(RestockPage { items, next_cursor: page.next.map(|id| encode_cursor([id.get()])) }))
}
