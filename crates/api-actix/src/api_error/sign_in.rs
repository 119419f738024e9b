//! Maps the errors that log-ins and new passwords share.

use domain::account::{InvalidPassword, PasswordHasherError, RedeemError, SignInError};

use super::{ApiError, FieldError, kinds};

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

impl From<InvalidPassword> for ApiError {
    fn from(InvalidPassword(invalid): InvalidPassword) -> Self {
        Self::validation(vec![FieldError::new("new_password", &invalid)])
    }
}

impl From<RedeemError> for ApiError {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::InvalidLink(_) => kinds::AUTH_LINK_INVALID.into(),
            RedeemError::Repository(error) => error.into(),
        }
    }
}
