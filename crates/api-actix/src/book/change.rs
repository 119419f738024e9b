use actix_web::web::{Data, Json};
use domain::book::{Author, BookChange, BookId, CoverImageUrl, Description, Isbn, Title, change_book};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{BookBody, parse_date, parse_price};
use crate::api_error::{ApiError, Problem};
use crate::input::{Change, Fields, JsonBody, PathId};
use crate::wiring::Ports;

/// What is to change of a book: what is absent stays as it is, and null clears what is optional.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BookPatch {
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 500, pattern = "^[^\\u0000]*$", example = "Solaris")]
    title: Change<String>,
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255, pattern = "^[^\\u0000]*$", example = "Stanisław Lem")]
    author: Change<String>,
    /// Above 0 and below 100,000,000, with at most two decimals: a number, or a string that holds one.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::price, required = false)]
    price: Change<Value>,
    /// An ISBN-10 or ISBN-13 with a right check digit; hyphens and spaces are dropped, an empty one is none.
    #[serde(default)]
    #[schema(schema_with = crate::openapi::isbn, required = false)]
    isbn: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000, pattern = "^[^\\u0000]*$")]
    description: Change<String>,
    /// An http or https URL.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2048, format = "uri", example = "https://example.com/solaris.jpg")]
    cover_image_url: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date, example = "1961-06-01")]
    publish_date: Change<String>,
    #[serde(default)]
    #[schema(ignore)]
    stock_quantity: Change<IgnoredAny>,
}

impl BookPatch {
    fn parse(self) -> Result<BookChange, ApiError> {
        let mut fields = Fields::default();
        let change = BookChange {
            title: fields.changed("title", self.title, Title::parse),
            author: fields.changed("author", self.author, Author::parse),
            price: fields.changed("price", self.price, |price| parse_price(&price)),
            isbn: fields.cleared("isbn", self.isbn, |text| Isbn::parse(&text)).map(Option::flatten),
            description: fields.cleared("description", self.description, Description::parse),
            cover_image_url: fields.cleared("cover_image_url", self.cover_image_url, CoverImageUrl::parse),
            publish_date: fields.cleared("publish_date", self.publish_date, |text| parse_date(&text)),
        };
        fields.refused("stock_quantity", &self.stock_quantity, "must be set with PATCH /books/{id}/stock");
        fields.finish(Some(change))
    }
}

/// Change a book's details.
///
/// The stock is set with `PATCH /books/{id}/stock`.
#[utoipa::path(
    put, path = "/books/{id}", tag = "Books", operation_id = "change_book",
    params(("id" = i64, Path, minimum = 1)), request_body = BookPatch,
    security(("access_token" = [])),
    responses(
        (status = 200, description = "The book as it is now", body = BookBody),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`BOOK_ISBN_CONFLICT`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change(
    ports: Data<Ports>,
    PathId(id): PathId<BookId>,
    JsonBody(input): JsonBody<BookPatch>,
) -> Result<Json<BookBody>, ApiError> {
    let book = change_book(&*ports.book_repository, &*ports.clock, id, &input.parse()?).await?;
    Ok(Json(book.into()))
}
