use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::book::{BookId, delete_book};

use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::wiring::Ports;

/// Delete a book that nobody ever pre-booked.
#[utoipa::path(
    delete, path = "/books/{id}", tag = "Books", operation_id = "delete_book",
    params(("id" = i64, Path, minimum = 1)), security(("access_token" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "`BOOK_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "`BOOK_HAS_PREBOOKINGS`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn delete(ports: Data<Ports>, PathId(id): PathId<BookId>) -> Result<HttpResponse, ApiError> {
    delete_book(&*ports.book_repository, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
