//! What goes wrong with accounts.

use actix_web::http::StatusCode;
use domain::account::{
    AccessTokenError, AuthenticateError, DeactivateError, ListUsersError, LogInError, LogOutError, NotAnAdmin,
    PasswordHasherError, ReactivateError, RefreshError, RegisterError, TokenIssueError,
};

use super::{ApiError, RETRY_AFTER_SECONDS};

impl ApiError {
    pub(crate) fn user_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "USER_NOT_FOUND", "There is no such user")
    }

    fn account_deactivated() -> Self {
        Self::new(StatusCode::FORBIDDEN, "AUTH_ACCOUNT_DEACTIVATED", "This account is deactivated")
    }

    pub(crate) fn token_reuse() -> Self {
        let detail = "This refresh token was used before, so its session is over; log in again";
        Self::unauthorized("AUTH_TOKEN_REUSE", detail)
    }

    pub(crate) fn token_missing() -> Self {
        Self::unauthorized("AUTH_TOKEN_MISSING", "This call needs an access token: Authorization: Bearer <token>")
    }
}

impl From<PasswordHasherError> for ApiError {
    fn from(error: PasswordHasherError) -> Self {
        match error {
            PasswordHasherError::Overloaded => {
                let detail = "Too many people sign in at this moment; try again a little later";
                Self::retry_later(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", detail, RETRY_AFTER_SECONDS)
            }
            error @ PasswordHasherError::Failed(_) => Self::internal(&error.into()),
        }
    }
}

impl From<TokenIssueError> for ApiError {
    fn from(error: TokenIssueError) -> Self {
        Self::internal(&error.into())
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::AccessToken(AccessTokenError::Invalid) => {
                Self::unauthorized("AUTH_TOKEN_INVALID", "The access token is not valid; log in again")
            }
            AuthenticateError::AccessToken(AccessTokenError::Expired) => {
                Self::unauthorized("AUTH_TOKEN_EXPIRED", "The access token has expired; refresh it")
            }
            AuthenticateError::Deactivated => Self::account_deactivated(),
            AuthenticateError::Repository(error) => error.into(),
        }
    }
}

impl From<NotAnAdmin> for ApiError {
    fn from(_: NotAnAdmin) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AUTH_FORBIDDEN", "This call is for admins")
    }
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::EmailConflict => {
                Self::new(StatusCode::CONFLICT, "AUTH_EMAIL_CONFLICT", "This address has an account already")
                    .blame("email")
            }
            RegisterError::PasswordHasher(error) => error.into(),
            RegisterError::TokenIssue(error) => error.into(),
            RegisterError::Repository(error) => error.into(),
        }
    }
}

impl From<LogInError> for ApiError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::InvalidCredentials => {
                Self::unauthorized("AUTH_INVALID_CREDENTIALS", "There is no account of this address and password")
            }
            LogInError::Deactivated => Self::account_deactivated(),
            LogInError::TooManyAttempts(too_many) => Self::retry_later(
                StatusCode::TOO_MANY_REQUESTS,
                "TOO_MANY_REQUESTS",
                "Too many log-ins failed for this address; try again later",
                too_many.retry_after.num_seconds().max(1),
            ),
            LogInError::PasswordHasher(error) => error.into(),
            LogInError::TokenIssue(error) => error.into(),
            LogInError::Repository(error) => error.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Invalid => {
                Self::unauthorized("AUTH_REFRESH_INVALID", "The refresh token is not valid; log in again")
            }
            RefreshError::TokenIssue(error) => error.into(),
            RefreshError::Repository(error) => error.into(),
        }
    }
}

impl From<LogOutError> for ApiError {
    fn from(LogOutError::Repository(error): LogOutError) -> Self {
        error.into()
    }
}

impl From<ListUsersError> for ApiError {
    fn from(ListUsersError::Repository(error): ListUsersError) -> Self {
        error.into()
    }
}

impl From<DeactivateError> for ApiError {
    fn from(error: DeactivateError) -> Self {
        match error {
            DeactivateError::NotFound => Self::user_not_found(),
            DeactivateError::AdminStaysActive(_) => {
                Self::new(StatusCode::FORBIDDEN, "ADMN_CANNOT_DEACTIVATE_ADMIN", "An admin can not be deactivated")
            }
            DeactivateError::Repository(error) => error.into(),
        }
    }
}

impl From<ReactivateError> for ApiError {
    fn from(error: ReactivateError) -> Self {
        match error {
            ReactivateError::NotFound => Self::user_not_found(),
            ReactivateError::Repository(error) => error.into(),
        }
    }
}
