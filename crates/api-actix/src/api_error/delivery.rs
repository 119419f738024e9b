//! What goes wrong with deliveries.

use actix_web::http::StatusCode;
use domain::delivery::{FindDeliveryError, ListDeliveriesError, ListRestocksError, RetryAllError, RetryError};

use super::ApiError;

impl ApiError {
    pub(crate) fn delivery_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "DELIVERY_NOT_FOUND", "There is no such delivery")
    }
}

impl From<FindDeliveryError> for ApiError {
    fn from(error: FindDeliveryError) -> Self {
        match error {
            FindDeliveryError::NotFound => Self::delivery_not_found(),
            FindDeliveryError::Repository(error) => error.into(),
        }
    }
}

impl From<ListDeliveriesError> for ApiError {
    fn from(ListDeliveriesError::Repository(error): ListDeliveriesError) -> Self {
        error.into()
    }
}

impl From<ListRestocksError> for ApiError {
    fn from(ListRestocksError::Repository(error): ListRestocksError) -> Self {
        error.into()
    }
}

impl From<RetryError> for ApiError {
    fn from(error: RetryError) -> Self {
        match error {
            RetryError::NotFound => Self::delivery_not_found(),
            RetryError::AlreadyDelivered(_) => {
                let detail = "This delivery is delivered already";
                Self::new(StatusCode::CONFLICT, "DELIVERY_ALREADY_DELIVERED", detail)
            }
            RetryError::Repository(error) => error.into(),
        }
    }
}

impl From<RetryAllError> for ApiError {
    fn from(RetryAllError::Repository(error): RetryAllError) -> Self {
        error.into()
    }
}
