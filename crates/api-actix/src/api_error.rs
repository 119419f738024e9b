//! The only place where an error becomes a status and a code. RFC 9457 is the form of all of them.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use domain::account::{
    AccessTokenError, AuthenticateError, DeactivateError, ListUsersError, LogInError, LogOutError, NotAnAdmin,
    PasswordHasherError, ReactivateError, RefreshError, RegisterError, TokenIssueError,
};
use domain::book::{AddBookError, ChangeBookError, DeleteBookError, FindBookError, ListBooksError, SetStockError};
use domain::pre_booking::{CancelError, FindPreBookingError, ListPreBookingsError, PlaceError};
use domain::{InvalidValue, RepositoryError};
use serde::Serialize;
use utoipa::ToSchema;

/// How many seconds to wait before trying again what failed because something was too busy.
const RETRY_AFTER_SECONDS: i64 = 1;

/// What went wrong, for the program and for the person who reads it (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Always `about:blank`: the title is that of the status, and `code` says more.
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: &'static str,
    /// The name of the status.
    #[schema(example = "Conflict")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// What is wrong, and what would be right.
    #[schema(example = "You are waiting for this book already")]
    detail: String,
    /// What is wrong, for programs; it never changes.
    #[schema(example = "PREBOOK_DUPLICATE")]
    code: &'static str,
    /// The one input that is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "book_id")]
    field: Option<&'static str>,
    /// All inputs that are to blame, of a `VALIDATION_ERROR`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
}

/// An input that is to blame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Its name; empty for the body as a whole.
    #[schema(example = "quantity")]
    pub(crate) field: String,
    /// What would be right.
    #[schema(example = "must be a whole number from 0 to 2147483647")]
    pub(crate) detail: String,
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, invalid: &InvalidValue) -> Self {
        Self { field: field.into(), detail: invalid.to_string() }
    }
}

/// A [`Problem`] on its way to whoever asked.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    problem: Box<Problem>,
    extra_header: Option<Box<(HeaderName, HeaderValue)>>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let problem = Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            field: None,
            errors: Vec::new(),
        };
        Self { status, problem: Box::new(problem), extra_header: None }
    }

    fn blame(mut self, field: &'static str) -> Self {
        self.problem.field = Some(field);
        self
    }

    fn with_header(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { extra_header: Some(Box::new((name, value))), ..self }
    }

    fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
            .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    fn retry_later(status: StatusCode, code: &'static str, detail: &'static str, seconds: i64) -> Self {
        Self::new(status, code, detail).with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    fn internal(cause: &anyhow::Error) -> Self {
        tracing::error!(cause = format!("{cause:#}"), "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_ERROR",
            "Something went wrong on our side; the log knows what",
        )
    }

    pub(crate) fn not_found(request: &HttpRequest) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("There is nothing at {}", request.path()))
    }

    pub(crate) fn method_not_allowed(allowed: &[Method]) -> Self {
        let allow = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("This path answers {allow}");
        let allow = HeaderValue::from_str(&allow).unwrap_or(HeaderValue::from_static(""));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail).with_header(header::ALLOW, allow)
    }

    pub(crate) fn token_missing() -> Self {
        Self::unauthorized("AUTH_TOKEN_MISSING", "This call needs an access token: Authorization: Bearer <token>")
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let detail = format!("The body must not be larger than {limit} bytes");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", detail)
    }

    pub(crate) fn unsupported_media_type() -> Self {
        let detail = "The body must be JSON, with Content-Type: application/json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail)
    }

    pub(crate) fn malformed_json(line: usize, column: usize) -> Self {
        let detail = format!("The body is not well-formed JSON; see line {line}, column {column}");
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", detail)
    }

    pub(crate) fn unreadable_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", "The body could not be read to its end")
    }

    pub(crate) fn invalid_cursor() -> Self {
        let detail = "The cursor must be the next_cursor of an earlier answer";
        Self::new(StatusCode::BAD_REQUEST, "INVALID_CURSOR", detail).blame("cursor")
    }

    pub(crate) fn validation(errors: Vec<FieldError>) -> Self {
        let names = errors.iter().map(|error| error.field.as_str()).filter(|name| !name.is_empty()).collect::<Vec<_>>();
        let detail = match names.as_slice() {
            [] => "The input is not valid".to_owned(),
            names => format!("Not valid: {}", names.join(", ")),
        };
        let mut error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "VALIDATION_ERROR", detail);
        error.problem.errors = errors;
        error
    }

    pub(crate) fn book_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BOOK_NOT_FOUND", "There is no such book")
    }

    pub(crate) fn pre_booking_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "PREBOOK_NOT_FOUND", "You have no such pre-booking")
    }

    pub(crate) fn user_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "USER_NOT_FOUND", "There is no such user")
    }

    pub(crate) fn schema_outdated() -> Self {
        let detail = "The store's schema is not the one that this program needs";
        Self::retry_later(StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE", detail, RETRY_AFTER_SECONDS)
    }

    fn account_deactivated() -> Self {
        Self::new(StatusCode::FORBIDDEN, "AUTH_ACCOUNT_DEACTIVATED", "This account is deactivated")
    }

    fn isbn_conflict() -> Self {
        Self::new(StatusCode::CONFLICT, "BOOK_ISBN_CONFLICT", "Another book has this ISBN").blame("isbn")
    }

    pub(crate) fn token_reuse() -> Self {
        let detail = "This refresh token was used before, so its session is over; log in again";
        Self::unauthorized("AUTH_TOKEN_REUSE", detail)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.problem.status, self.problem.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status);
        if let Some(header) = &self.extra_header {
            response.insert_header(header.as_ref().clone());
        }
        response.content_type("application/problem+json").body(serde_json::to_string(&self.problem).unwrap_or_default())
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
