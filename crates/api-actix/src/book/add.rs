use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use domain::book::{self, AddBookError, Author, BookDetails, CoverImageUrl, Description, Isbn, StockQuantity, Title};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::{BookBody, parse_date, parse_price};
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody, whole_number};
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

/// A new book.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewBook {
    #[schema(value_type = String, required, min_length = 1, max_length = 500, pattern = "^[^\\u0000\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]*$", example = "Solaris")]
    title: Option<String>,
    #[schema(value_type = String, required, min_length = 1, max_length = 255, pattern = "^[^\\u0000\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069]*$", example = "Stanisław Lem")]
    author: Option<String>,
    /// Above 0 and below 100,000,000, with at most two decimals: a number, or a string that contains one.
    #[schema(schema_with = crate::schema::price, required)]
    price: Option<Value>,
    /// An ISBN-10 or ISBN-13 with a correct check digit. Hyphens and spaces are removed; an empty string means none.
    #[schema(schema_with = crate::schema::isbn, required = false)]
    isbn: Option<String>,
    #[schema(max_length = 10_000, pattern = "^[^\\u0000]*$")]
    description: Option<String>,
    /// An http or https URL, without a user name or password.
    #[schema(max_length = 2048, format = "uri", example = "https://example.com/solaris.jpg")]
    cover_image_url: Option<String>,
    #[schema(format = Date, example = "1961-06-01")]
    publish_date: Option<String>,
    /// The initial stock.
    #[schema(value_type = i64, required = false, minimum = 0, maximum = 2_147_483_647, default = 0, example = 0)]
    stock_quantity: Option<Value>,
}

impl NewBook {
    fn parse(self) -> Result<(BookDetails, StockQuantity), ApiError> {
        let mut fields = Fields::default();
        let title = fields.required("title", self.title, Title::parse);
        let author = fields.required("author", self.author, Author::parse);
        let price = fields.required("price", self.price, |price| parse_price(&price));
        let isbn = fields.optional("isbn", self.isbn, |text| Isbn::parse(&text)).flatten();
        let description = fields.optional("description", self.description, Description::parse);
        let cover_image_url = fields.optional("cover_image_url", self.cover_image_url, CoverImageUrl::parse);
        let publish_date = fields.optional("publish_date", self.publish_date, |text| parse_date(&text));
        let stock =
            fields.optional("stock_quantity", self.stock_quantity, |value| StockQuantity::new(whole_number(&value)));
        let details = title.zip(author).zip(price).map(|((title, author), price)| BookDetails {
            title,
            author,
            price,
            isbn,
            description,
            cover_image_url,
            publish_date,
        });
        Ok((fields.finish(details)?, stock.unwrap_or_default()))
    }
}

refusals!(AddBookError {
    IsbnConflict => kinds::BOOK_ISBN_CONFLICT.field("isbn"),
} else Repository);

/// Add a book.
#[utoipa::path(
    post, path = "/books", tag = "Books", operation_id = "add_book",
    request_body = NewBook,
    responses((status = 201, description = "The book", body = BookBody, headers(("Location" = String, description = "The path of the book"))))
)]
pub(crate) async fn add(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    JsonBody(input): JsonBody<NewBook>,
) -> Result<HttpResponse, ApiError> {
    let (details, stock_quantity) = input.parse()?;
    let book = use_cases
        .run(async move |ports| book::add(&*ports.units, &*ports.clock, &origin, details, stock_quantity).await)
        .await?;
    let location = format!("/books/{}", book.id.get());
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(BookBody::from(book)))
}
