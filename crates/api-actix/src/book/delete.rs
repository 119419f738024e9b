use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::book::{self, BookId, DeleteBookError};

use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

refusals!(DeleteBookError {
    NotFound => kinds::BOOK_NOT_FOUND,
    HasPreBookings => kinds::BOOK_HAS_PREBOOKINGS,
} else Repository);

/// Delete a book that was never pre-booked.
#[utoipa::path(
    delete, path = "/books/{id}", tag = "Books", operation_id = "delete_book",
    params(("id" = i64, Path, minimum = 1)),
    responses((status = 204, description = "The book is deleted"))
)]
pub(crate) async fn delete(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<BookId>,
) -> Result<HttpResponse, ApiError> {
    use_cases.run(async move |ports| book::delete(&*ports.units, &*ports.clock, &origin, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
