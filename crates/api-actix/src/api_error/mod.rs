//! The only place where an error becomes a status and a code. RFC 9457 is the form of all of them.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, ResponseError};

mod account;
mod book;
mod delivery;
mod pre_booking;
mod problem;
mod store;

pub(crate) use problem::{FieldError, Problem};

/// How many seconds to wait before trying again what failed because something was too busy.
const RETRY_AFTER_SECONDS: i64 = 1;

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

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this path; see /docs")
    }

    pub(crate) fn method_not_allowed(allowed: &[Method]) -> Self {
        let allow = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        let detail = format!("This path answers {allow}");
        let allow = HeaderValue::from_str(&allow).unwrap_or(HeaderValue::from_static(""));
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", detail).with_header(header::ALLOW, allow)
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

    pub(crate) fn not_utf8() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", "The body must be UTF-8")
    }

    pub(crate) fn unreadable_body() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "MALFORMED_JSON", "The body could not be read to its end")
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
