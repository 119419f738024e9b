use actix_web::web::{Data, Json};
use domain::book::{BookId, StockQuantity, set_stock as set_stock_of};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::body::BookBody;
use crate::api_error::{ApiError, Problem};
use crate::input::{Fields, JsonBody, PathId, whole_number};
use crate::wiring::Ports;

/// A book's new stock.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Stock {
    /// How many copies there are to sell.
    #[schema(value_type = i64, required, minimum = 0, maximum = 2_147_483_647, example = 5)]
    quantity: Option<Value>,
}

/// A book whose stock was set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RestockedBook {
    #[serde(flatten)]
    book: BookBody,
    /// Whether the book was out of stock and came back, which notified everyone who waited.
    restocked: bool,
}

/// Set a book's stock.
///
/// From 0 to more is a restock: everyone who waits for the book is notified at that very moment, however many they are.
#[utoipa::path(
    patch, path = "/books/{id}/stock", tag = "Books", params(("id" = i64, Path, minimum = 1)), request_body = Stock,
    security(("access_token" = [])),
    responses(
        (status = 200, description = "The book as it is now", body = RestockedBook),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn set_stock(
    ports: Data<Ports>,
    PathId(id): PathId<BookId>,
    JsonBody(input): JsonBody<Stock>,
) -> Result<Json<RestockedBook>, ApiError> {
    let mut fields = Fields::default();
    let quantity = fields.required("quantity", input.quantity, |value| StockQuantity::new(whole_number(&value)));
    let change = set_stock_of(&*ports.units, &*ports.clock, id, fields.finish(quantity)?).await?;
    Ok(Json(RestockedBook { restocked: change.restock.is_some(), book: change.book.into() }))
}
