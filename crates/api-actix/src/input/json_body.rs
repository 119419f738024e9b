use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use domain::InvalidValue;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;
use tokio::time::timeout;

use crate::api_error::{ApiError, FieldError, kinds};

/// How large a body may be, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit {
    pub(crate) bytes: usize,
    pub(crate) timeout: Duration,
}

impl Default for BodyLimit {
    fn default() -> Self {
        Self { bytes: 64 * 1024, timeout: Duration::from_secs(10) }
    }
}

/// The body of a request: a JSON object (RFC 8259) with the fields of `T`. Unknown fields are ignored.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok()?.split(';').next())
            .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"));
        let limit = request.app_data::<BodyLimit>().copied().unwrap_or_default();
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = timeout(limit.timeout, body).await.map_err(|_| kinds::REQUEST_TIMEOUT)?;
            let body = body.map_err(|error| read_error(&error, limit))?;
            if !is_json {
                return Err(kinds::UNSUPPORTED_MEDIA_TYPE.into());
            }
            parse(&body).map(Self)
        })
    }
}

fn read_error(error: &actix_web::Error, limit: BodyLimit) -> ApiError {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => {
            let detail = format!("The body must not be larger than {} bytes", limit.bytes);
            ApiError::from(kinds::BODY_TOO_LARGE).detail(detail)
        }
        _ => kinds::MALFORMED_JSON.into(),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Serde does not validate the fields that it ignores.
    if std::str::from_utf8(body).is_err() {
        return Err(ApiError::from(kinds::MALFORMED_JSON).detail("The body must be UTF-8"));
    }
    // Serde would also accept an array, with the fields in order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => invalid("", "must be a JSON object"),
            Err(error) => malformed(&error),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let field = error.path().to_string();
        parse_error(field.trim_matches('.'), error.inner())
    })?;
    deserializer.end().map_err(|error| parse_error("", &error))?;
    Ok(parsed)
}

fn parse_error(field: &str, error: &serde_json::Error) -> ApiError {
    match error.classify() {
        Category::Data => {
            let message = error.to_string();
            // Serde's message quotes the invalid value, which may be a secret. Only what it expected is shown.
            match message.rsplit_once(", expected ") {
                Some((_, expected)) => {
                    invalid(field, &format!("must be {}", expected.split(" at line ").next().unwrap_or(expected)))
                }
                None => invalid(field, "must be given once, with the type in the OpenAPI document"),
            }
        }
        Category::Syntax | Category::Eof | Category::Io => malformed(error),
    }
}

fn malformed(error: &serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    let detail = format!("The body is not well-formed JSON; see line {line}, column {column}");
    ApiError::from(kinds::MALFORMED_JSON).detail(detail)
}

fn invalid(field: &str, detail: &str) -> ApiError {
    ApiError::validation(vec![FieldError::new(field, &InvalidValue::new(detail.to_owned()))])
}
