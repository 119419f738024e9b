use actix_web::web::{Data, Json};
use domain::book::{self, BookId, FindBookError};

use super::body::BookBody;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::use_cases::UseCases;

refusals!(FindBookError { NotFound => kinds::BOOK_NOT_FOUND } else Repository);

/// Show a book.
#[utoipa::path(
    get, path = "/books/{id}", tag = "Books", operation_id = "find_book",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The book", body = BookBody))
)]
pub(crate) async fn find(use_cases: Data<UseCases>, PathId(id): PathId<BookId>) -> Result<Json<BookBody>, ApiError> {
    let book = use_cases.run(async move |ports| book::find(&*ports.book_reader, id).await).await?;
    Ok(Json(book.into()))
}
