//! What goes wrong with the store.

use actix_web::http::StatusCode;
use domain::RepositoryError;

use super::{ApiError, RETRY_AFTER_SECONDS};

impl ApiError {
    pub(crate) fn schema_outdated() -> Self {
        let detail = "The store's schema is not the one that this program needs";
        Self::retry_later(StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", detail, RETRY_AFTER_SECONDS)
    }
}

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Unavailable(cause) => {
                tracing::warn!(cause = format!("{cause:#}"), "store unavailable");
                let detail = "The store is too busy or can't be reached; try again a little later";
                Self::retry_later(StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", detail, RETRY_AFTER_SECONDS)
            }
            RepositoryError::Failed(cause) => Self::internal(&cause),
        }
    }
}
