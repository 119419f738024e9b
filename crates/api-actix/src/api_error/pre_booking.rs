//! What goes wrong with pre-bookings.

use actix_web::http::StatusCode;
use domain::pre_booking::{CancelError, FindPreBookingError, ListOfBookError, ListPreBookingsError, PlaceError};

use super::ApiError;

impl ApiError {
    pub(crate) fn pre_booking_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "PREBOOK_NOT_FOUND", "You have no such pre-booking")
    }

    pub(crate) fn invalid_cursor() -> Self {
        let detail = "The cursor must be the next_cursor of an earlier answer";
        Self::new(StatusCode::BAD_REQUEST, "INVALID_CURSOR", detail).blame("cursor")
    }
}

impl From<PlaceError> for ApiError {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::BookNotFound => Self::book_not_found().blame("book_id"),
            PlaceError::BookInStock(_) => {
                let detail = "Book is in stock — add to cart instead";
                Self::new(StatusCode::CONFLICT, "PREBOOK_BOOK_IN_STOCK", detail).blame("book_id")
            }
            PlaceError::Duplicate => {
                let detail = "You are waiting for this book already";
                Self::new(StatusCode::CONFLICT, "PREBOOK_DUPLICATE", detail).blame("book_id")
            }
            PlaceError::Repository(error) => error.into(),
        }
    }
}

impl From<FindPreBookingError> for ApiError {
    fn from(error: FindPreBookingError) -> Self {
        match error {
            FindPreBookingError::NotFound => Self::pre_booking_not_found(),
            FindPreBookingError::Repository(error) => error.into(),
        }
    }
}

impl From<ListPreBookingsError> for ApiError {
    fn from(ListPreBookingsError::Repository(error): ListPreBookingsError) -> Self {
        error.into()
    }
}

impl From<ListOfBookError> for ApiError {
    fn from(error: ListOfBookError) -> Self {
        match error {
            ListOfBookError::BookNotFound => Self::book_not_found(),
            ListOfBookError::Repository(error) => error.into(),
        }
    }
}

impl From<CancelError> for ApiError {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Self::pre_booking_not_found(),
            CancelError::AlreadyCancelled(_) => {
                let detail = "This pre-booking is cancelled already";
                Self::new(StatusCode::CONFLICT, "PREBOOK_ALREADY_CANCELLED", detail)
            }
            CancelError::Repository(error) => error.into(),
        }
    }
}
