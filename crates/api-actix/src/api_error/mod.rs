//! The errors of the API, as problem documents (RFC 9457). `kind.rs` lists every status and code.

use std::borrow::Cow;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use chrono::Duration;
use domain::account::UserId;

mod kind;
mod problem;
mod refusals;
mod sign_in;
mod store;

pub(crate) use kind::{Kind, kinds};
pub(crate) use problem::{FieldError, Problem};
pub(crate) use refusals::{Refusals, refusals};

use crate::request_span::log_user;

/// The `Retry-After` of a 503.
const RETRY_AFTER: Duration = Duration::seconds(1);

/// A problem to return to the caller.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    kind: Kind,
    detail: Cow<'static, str>,
    field: Option<&'static str>,
    errors: Vec<FieldError>,
    /// Such as `Retry-After`, `Allow` or `Location`.
    headers: Option<Box<HeaderMap>>,
}

impl From<Kind> for ApiError {
    fn from(kind: Kind) -> Self {
        let error = Self { kind, detail: kind.detail.into(), field: None, errors: Vec::new(), headers: None };
        if kind.status == StatusCode::SERVICE_UNAVAILABLE { error.retry_after(RETRY_AFTER) } else { error }
    }
}

impl ApiError {
    /// Names the input that caused the problem.
    pub(crate) fn field(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// Adds the account that the request was about to the log, and only there: the caller may not know it.
    pub(crate) fn about(self, account: Option<UserId>) -> Self {
        if let Some(account) = account {
            log_user(account);
        }
        self
    }

    pub(crate) fn code(&self) -> &'static str {
        self.kind.code
    }

    /// Replaces the default detail of the kind.
    pub(crate) fn detail(self, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Sets `Retry-After` (RFC 9110, 10.2.3).
    pub(crate) fn retry_after(self, delay: Duration) -> Self {
        let seconds = (delay.num_milliseconds() + 999) / 1000;
        self.with_header(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)))
    }

    /// Sets `Location`, the path of what the request conflicts with.
    pub(crate) fn location(self, path: &str) -> Self {
        match HeaderValue::from_str(path) {
            Ok(path) => self.with_header(header::LOCATION, path),
            Err(_) => self,
        }
    }

    /// Adds a header to the response.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().append(name, value);
        self
    }

    /// An unexpected failure. Its cause is logged, and never shown to the caller.
    pub(crate) fn internal(cause: &anyhow::Error) -> Self {
        tracing::error!(cause = format!("{cause:#}"), "request failed");
        kinds::INTERNAL_ERROR.into()
    }

    /// Names the methods that are allowed.
    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        let value = HeaderValue::from_str(allow).unwrap_or(HeaderValue::from_static(""));
        let error = Self::from(kinds::METHOD_NOT_ALLOWED).detail(format!("This path allows {allow}"));
        error.with_header(header::ALLOW, value)
    }

    pub(crate) fn validation(errors: Vec<FieldError>) -> Self {
        let names = errors.iter().map(|error| error.field.as_str()).filter(|name| !name.is_empty()).collect::<Vec<_>>();
        let error = Self::from(kinds::VALIDATION_ERROR);
        let error = if names.is_empty() { error } else { error.detail(format!("Invalid: {}", names.join(", "))) };
        Self { errors, ..error }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.status.as_u16(), self.kind.code)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.kind.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.kind.status);
        if self.kind.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if self.kind.status == StatusCode::REQUEST_TIMEOUT {
            // The rest of the body may still come.
            response.force_close();
        }
        for header in self.headers.iter().flat_map(|headers| headers.iter()) {
            response.append_header(header);
        }
        let problem = Problem::new(self.kind, &self.detail, self.field, &self.errors);
        response.content_type("application/problem+json").body(serde_json::to_string(&problem).unwrap_or_default())
    }
}
