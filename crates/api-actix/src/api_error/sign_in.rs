//! Maps the errors that all log-ins share.

use domain::account::{PasswordHasherError, SignInError};

use super::{ApiError, kinds};

impl From<PasswordHasherError> for ApiError {
    fn from(error: PasswordHasherError) -> Self {
        match error {
            PasswordHasherError::Overloaded => kinds::OVERLOADED.into(),
            error @ PasswordHasherError::Failed(_) => Self::internal(&error.into()),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::TokenIssue(error) => Self::internal(&error.into()),
            SignInError::Repository(error) => error.into(),
        }
    }
}
