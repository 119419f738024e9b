use std::num::NonZeroU32;

use actix_web::web::{Data, Json};
use domain::book::{self, BookFilter, BookQuery, BookSort, Price, SearchText, SortDirection};
use domain::{InvalidValue, PageRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::BookBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BookParameters {
    /// Part of the title or the author, in upper or lower case.
    #[param(max_length = 500, pattern = "^[^\\u0000]*$")]
    q: Option<String>,
    /// Part of the author, in upper or lower case.
    #[param(max_length = 500, pattern = "^[^\\u0000]*$")]
    author: Option<String>,
    /// Only books in stock, or only books out of stock.
    #[param(value_type = Option<bool>)]
    in_stock: Option<String>,
    /// The lowest price.
    #[param(pattern = r"^[0-9]{1,12}(\.[0-9]{1,2})?$", example = "10")]
    min_price: Option<String>,
    /// The highest price.
    #[param(pattern = r"^[0-9]{1,12}(\.[0-9]{1,2})?$", example = "29.99")]
    max_price: Option<String>,
    /// The sort key; the id breaks ties.
    #[param(schema_with = crate::schema::book_sort)]
    sort: Option<String>,
    #[param(schema_with = crate::schema::sort_direction)]
    sort_dir: Option<String>,
    /// The number of the page, from 1.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 4_294_967_295i64, default = 1)]
    page: Option<String>,
    /// The number of books per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100, default = 20)]
    size: Option<String>,
}

impl BookParameters {
    fn parse(self) -> Result<BookQuery, ApiError> {
        let mut fields = Fields::default();
        let filter = BookFilter {
            text: fields.optional("q", self.q, SearchText::parse),
            author: fields.optional("author", self.author, SearchText::parse),
            in_stock: fields.boolean("in_stock", self.in_stock),
            min_price_cents: fields.optional("min_price", self.min_price, |text| Price::parse_bound(&text)),
            max_price_cents: fields.optional("max_price", self.max_price, |text| Price::parse_bound(&text)),
        };
        let sort = fields.optional("sort", self.sort, |name| parse_sort(&name)).unwrap_or_default();
        let direction = fields.optional("sort_dir", self.sort_dir, |name| parse_direction(&name)).unwrap_or_default();
        let page = fields.page(self.page, "size", self.size);
        fields.finish(page.map(|page| BookQuery { filter, sort, direction, page }))
    }
}

fn parse_sort(name: &str) -> Result<BookSort, InvalidValue> {
    match name {
        "title" => Ok(BookSort::Title),
        "author" => Ok(BookSort::Author),
        "price" => Ok(BookSort::Price),
        "created_at" => Ok(BookSort::CreatedAt),
        _ => Err(InvalidValue::new("must be title, author, price or created_at")),
    }
}

fn parse_direction(name: &str) -> Result<SortDirection, InvalidValue> {
    match name {
        "asc" => Ok(SortDirection::Ascending),
        "desc" => Ok(SortDirection::Descending),
        _ => Err(InvalidValue::new("must be asc or desc")),
    }
}

/// A page of books.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookPage {
    items: Vec<BookBody>,
    /// The number of matching books on all pages, counted up to 10,000: that number means 10,000 or more.
    #[schema(minimum = 0, maximum = 10_000)]
    total: u64,
    #[schema(value_type = u32, minimum = 1)]
    page: NonZeroU32,
    #[schema(minimum = 1, maximum = 100)]
    size: u32,
}

/// Search the catalog.
///
/// Returns the books that match all conditions.
#[utoipa::path(
    get, path = "/books", tag = "Books", operation_id = "list_books",
    params(BookParameters),
    responses((status = 200, description = "A page of the matching books", body = BookPage))
)]
pub(crate) async fn list(
    use_cases: Data<UseCases>,
    QueryString(parameters): QueryString<BookParameters>,
) -> Result<Json<BookPage>, ApiError> {
    let query = parameters.parse()?;
    let PageRequest { number, size } = query.page;
    let found = use_cases.run(async move |ports| book::list(&*ports.book_reader, &query).await).await?;
    let items = found.items.into_iter().map(BookBody::from).collect();
    Ok(Json(BookPage { items, total: found.total, page: number, size: size.get() }))
}
