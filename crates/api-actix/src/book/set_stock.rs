use actix_web::web::{Data, Json};
use domain::book::{BookId, SetStockError, StockQuantity, set_stock as set_stock_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::BookBody;
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody, PathId, whole_number};
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

/// A book's new stock.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Stock {
    /// The number of copies for sale.
    #[schema(value_type = i64, required, minimum = 0, maximum = 2_147_483_647, example = 5)]
    quantity: Option<Value>,
}

/// The result of setting a book's stock.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestockedBook {
    #[serde(flatten)]
    book: BookBody,
    /// Whether this was a restock, which notified everyone who waited.
    restocked: bool,
}

refusals!(SetStockError { BookNotFound => kinds::BOOK_NOT_FOUND } else Repository);

/// Set a book's stock.
///
/// A change from 0 to more is a restock. It notifies everyone who waits for the book, at once.
#[utoipa::path(
    patch, path = "/books/{id}/stock", tag = "Books", params(("id" = i64, Path, minimum = 1)), request_body = Stock,
    responses((status = 200, description = "The updated book", body = RestockedBook))
)]
pub(crate) async fn set_stock(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<BookId>,
    JsonBody(input): JsonBody<Stock>,
) -> Result<Json<RestockedBook>, ApiError> {
    let mut fields = Fields::default();
    let quantity = fields.required("quantity", input.quantity, |value| StockQuantity::new(whole_number(&value)));
    let quantity = fields.finish(quantity)?;
    let change = use_cases
        .run(async move |ports| set_stock_of(&*ports.units, &*ports.clock, &origin, id, quantity).await)
        .await?;
    Ok(Json(RestockedBook { restocked: change.restock.is_some(), book: change.book.into() }))
}
