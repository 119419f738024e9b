use actix_web::web::{Data, Json};
use domain::book::{BookId, find_book};

use super::body::BookBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::wiring::Ports;

/// Look one book up.
#[utoipa::path(
    get, path = "/books/{id}", tag = "Books", operation_id = "find_book",
    params(("id" = i64, Path, minimum = 1)),
    responses(
        (status = 200, description = "The book", body = BookBody),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn find(ports: Data<Ports>, PathId(id): PathId<BookId>) -> Result<Json<BookBody>, ApiError> {
    Ok(Json(find_book(&*ports.books, id).await?.into()))
}
