use chrono::NaiveDate;
use domain::InvalidValue;
use domain::book::{Book, Price};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::timestamp::Rfc3339;

/// A book in the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Book)]
pub(crate) struct BookBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(example = "Solaris")]
    title: String,
    #[schema(example = "Stanisław Lem")]
    author: String,
    /// The price of one copy, with two decimals.
    #[schema(example = "19.99", pattern = r"^\d+\.\d{2}$")]
    price: String,
    /// Without hyphens and spaces.
    #[schema(example = "9780156027601", required)]
    isbn: Option<String>,
    #[schema(required)]
    description: Option<String>,
    #[schema(required, format = "uri")]
    cover_image_url: Option<String>,
    #[schema(required, value_type = Option<String>, format = Date)]
    publish_date: Option<NaiveDate>,
    /// The number of copies for sale.
    #[schema(example = 0, minimum = 0)]
    stock_quantity: i32,
    /// Whether any copy is for sale.
    #[schema(example = false)]
    in_stock: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Rfc3339,
}

impl From<Book> for BookBody {
    fn from(book: Book) -> Self {
        let in_stock = book.in_stock();
        let details = book.details;
        Self {
            id: book.id.get(),
            title: details.title.as_str().to_owned(),
            author: details.author.as_str().to_owned(),
            price: details.price.to_string(),
            isbn: details.isbn.map(|isbn| isbn.as_str().to_owned()),
            description: details.description.map(|description| description.as_str().to_owned()),
            cover_image_url: details.cover_image_url.map(|url| url.as_str().to_owned()),
            publish_date: details.publish_date,
            stock_quantity: book.stock_quantity.get(),
            in_stock,
            created_at: book.created_at.into(),
            updated_at: book.updated_at.into(),
        }
    }
}

/// Parses a price: a JSON number, or a string that contains one.
pub(super) fn parse_price(price: &Value) -> Result<Price, InvalidValue> {
    match price {
        Value::Number(number) => Price::parse(&number.to_string()),
        Value::String(text) => Price::parse(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(InvalidValue::new("must be a number, or a string that contains one"))
        }
    }
}

/// Parses a date such as `2026-11-20` (RFC 3339's full-date).
pub(super) fn parse_date(text: &str) -> Result<NaiveDate, InvalidValue> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10 && digits == 8);
    date.ok_or(InvalidValue::new("must be a date such as 2026-11-20"))
}
