use actix_web::web::{Data, Json};
use domain::book::BookId;
use domain::delivery::{self, DeliveryId, DeliveryQuery, DeliveryStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::DeliveryBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryParameters {
    /// Only deliveries with this status.
    #[param(schema_with = crate::schema::delivery_status)]
    status: Option<String>,
    /// Only deliveries of this book.
    #[param(value_type = Option<i64>, minimum = 1)]
    book_id: Option<String>,
    /// The maximum number of items.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the previous page.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl DeliveryParameters {
    fn parse(self) -> Result<DeliveryQuery, ApiError> {
        let after = decode_cursor(self.cursor.as_deref(), |[id]| DeliveryId::new(id).ok())?;
        let mut fields = Fields::default();
        let status = fields.named("status", self.status, &DeliveryStatus::ALL, DeliveryStatus::as_str);
        let book_id = fields.identifier("book_id", self.book_id, BookId::new);
        let limit = fields.limit(self.limit);
        fields.finish(limit.map(|limit| DeliveryQuery { status, book_id, after, limit }))
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    items: Vec<DeliveryBody>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List the e-mails about restocks, newest first.
#[utoipa::path(
    get, path = "/admin/deliveries", tag = "Admin", operation_id = "list_deliveries",
    params(DeliveryParameters),
    responses((status = 200, description = "A page of the matching deliveries", body = DeliveryPage))
)]
pub(crate) async fn list(
    use_cases: Data<UseCases>,
    QueryString(parameters): QueryString<DeliveryParameters>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let query = parameters.parse()?;
    let page = use_cases.run(async move |ports| delivery::list(&*ports.delivery_reader, &query).await).await?;
    let items = page.items.into_iter().map(DeliveryBody::from).collect();
    Ok(Json(DeliveryPage { items, next_cursor: page.next.map(|id| encode_cursor([id.get()])) }))
}
