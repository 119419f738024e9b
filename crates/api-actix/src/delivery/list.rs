use actix_web::web::{Data, Json};
use domain::book::BookId;
use domain::delivery::{self, DeliveryId, DeliveryQuery, DeliveryStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::DeliveryBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::wiring::Ports;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryParameters {
    /// Only those of this status.
    #[param(schema_with = crate::openapi::delivery_status)]
    status: Option<String>,
    /// Only those of this book.
    #[param(value_type = Option<i64>, minimum = 1)]
    book_id: Option<String>,
    /// At most this many.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
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

/// A stretch of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    items: Vec<DeliveryBody>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List the e-mails that tell users of restocks, newest first.
#[utoipa::path(
    get, path = "/admin/deliveries", tag = "Admin", operation_id = "list_deliveries",
    params(DeliveryParameters), security(("access_token" = [])),
    responses((status = 200, description = "A stretch of the deliveries that match", body = DeliveryPage))
)]
pub(crate) async fn list(
    ports: Data<Ports>,
    QueryString(parameters): QueryString<DeliveryParameters>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let page = delivery::list(&*ports.deliveries, &parameters.parse()?).await?;
    let items = page.items.into_iter().map(DeliveryBody::from).collect();
    Ok(Json(DeliveryPage { items, next_cursor: page.next.map(|id| encode_cursor([id.get()])) }))
}
