//! What goes wrong with books.

use actix_web::http::StatusCode;
use domain::book::{AddBookError, ChangeBookError, DeleteBookError, FindBookError, ListBooksError, SetStockError};

use super::ApiError;

impl ApiError {
    pub(crate) fn book_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BOOK_NOT_FOUND", "There is no such book")
    }

    fn isbn_conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "BOOK_ISBN_CONFLICT", "Another book has this ISBN").blame("isbn")
    }
}

impl From<AddBookError> for ApiError {
    fn from(error: AddBookError) -> Self {
        match error {
            AddBookError::IsbnConflict => Self::isbn_conflict(),
            AddBookError::Repository(error) => error.into(),
        }
    }
}

impl From<FindBookError> for ApiError {
    fn from(error: FindBookError) -> Self {
        match error {
            FindBookError::NotFound => Self::book_not_found(),
            FindBookError::Repository(error) => error.into(),
        }
    }
}

impl From<ListBooksError> for ApiError {
    fn from(ListBooksError::Repository(error): ListBooksError) -> Self {
        error.into()
    }
}

impl From<ChangeBookError> for ApiError {
    fn from(error: ChangeBookError) -> Self {
        match error {
            ChangeBookError::NotFound => Self::book_not_found(),
            ChangeBookError::IsbnConflict => Self::isbn_conflict(),
            ChangeBookError::Repository(error) => error.into(),
        }
    }
}

impl From<DeleteBookError> for ApiError {
    fn from(error: DeleteBookError) -> Self {
        match error {
            DeleteBookError::NotFound => Self::book_not_found(),
            DeleteBookError::HasPreBookings => {
                let detail = "Somebody pre-booked this book, and that history must stay readable";
                Self::new(StatusCode::CONFLICT, "BOOK_HAS_PREBOOKINGS", detail)
            }
            DeleteBookError::Repository(error) => error.into(),
        }
    }
}

impl From<SetStockError> for ApiError {
    fn from(error: SetStockError) -> Self {
        match error {
            SetStockError::BookNotFound => Self::book_not_found(),
            SetStockError::Repository(error) => error.into(),
        }
    }
}
