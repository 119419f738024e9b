//! Maps the errors of the store.

use domain::RepositoryError;

use super::{ApiError, kinds};

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Unavailable(cause) => {
                tracing::warn!(cause = format!("{cause:#}"), "the store is unavailable");
                kinds::STORE_UNAVAILABLE.into()
            }
            RepositoryError::OutcomeUnknown(cause) => {
                tracing::warn!(cause = format!("{cause:#}"), "the store was lost during a write");
                kinds::OUTCOME_UNKNOWN.into()
            }
            RepositoryError::Failed(cause) => Self::internal(&cause),
        }
    }
}
