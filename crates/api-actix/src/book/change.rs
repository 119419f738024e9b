use actix_web::web::{Data, Json};
use domain::book::{self, Author, BookChange, BookId, ChangeBookError, CoverImageUrl, Description, Isbn, Title};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{BookBody, parse_date, parse_price};
use crate::api_error::{ApiError, refusals};
use crate::input::{Change, Fields, JsonBody, PathId};
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

/// A change of a book's details. An absent field stays unchanged, and null clears an optional one.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct BookPatch {
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 500, pattern = "^[^\\u0000\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]*$", example = "Solaris")]
    title: Change<String>,
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255, pattern = "^[^\\u0000\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]*$", example = "Stanisław Lem")]
    author: Change<String>,
    /// Above 0 and below 100,000,000, with at most two decimals: a number, or a string that contains one.
    #[serde(default)]
    #[schema(schema_with = crate::schema::price, required = false)]
    price: Change<Value>,
    /// An ISBN-10 or ISBN-13 with a correct check digit. Hyphens and spaces are removed; an empty string means none.
    #[serde(default)]
    #[schema(schema_with = crate::schema::isbn, required = false)]
    isbn: Change<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000, pattern = "^[^\\u0000]*$")]
    description: Change<String>,
    /// An http or https URL, without a user name or password.
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

refusals!(ChangeBookError {
    NotFound => kinds::BOOK_NOT_FOUND,
    IsbnConflict => kinds::BOOK_ISBN_CONFLICT.field("isbn"),
} else Repository);

/// Change a book's details.
///
/// The stock is set with `PATCH /books/{id}/stock`.
#[utoipa::path(
    put, path = "/books/{id}", tag = "Books", operation_id = "change_book",
    params(("id" = i64, Path, minimum = 1)), request_body = BookPatch,
    responses((status = 200, description = "The updated book", body = BookBody))
)]
pub(crate) async fn change(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<BookId>,
    JsonBody(input): JsonBody<BookPatch>,
) -> Result<Json<BookBody>, ApiError> {
    let change = input.parse()?;
    let book = use_cases
        .run(async move |ports| book::change(&*ports.units, &*ports.clock, &origin, id, &change).await)
        .await?;
    Ok(Json(book.into()))
}
