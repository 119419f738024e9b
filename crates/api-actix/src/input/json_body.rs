use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use domain::InvalidValue;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use crate::api_error::{ApiError, FieldError};

/// The most bytes that a body may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit(pub(crate) usize);

/// The body of a request: a JSON object (RFC 8259) with the fields of `T`. Fields that `T` does not know are ignored.
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
        let limit = request.app_data::<BodyLimit>().copied();
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let body = body.await.map_err(|error| read_error(&error, limit))?;
            if !is_json {
                return Err(ApiError::unsupported_media_type());
            }
            parse(&body).map(Self)
        })
    }
}

fn read_error(error: &actix_web::Error, limit: Option<BodyLimit>) -> ApiError {
    match (error.as_error::<PayloadError>(), limit) {
        (Some(PayloadError::Overflow), Some(BodyLimit(limit))) => ApiError::body_too_large(limit),
        _ => ApiError::unreadable_body(),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Serde does not look into the fields that it ignores.
    if std::str::from_utf8(body).is_err() {
        return Err(ApiError::not_utf8());
    }
    // Serde would take an array for an object as well, its items for the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(match serde_json::from_slice::<IgnoredAny>(body) {
            Ok(_) => invalid("", "must be a JSON object"),
            Err(error) => ApiError::malformed_json(error.line(), error.column()),
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
            // Serde's message quotes the value that it refused, which may be a secret; what it expected is ours.
            match message.rsplit_once(", expected ") {
                Some((_, expected)) => {
                    invalid(field, &format!("must be {}", expected.split(" at line ").next().unwrap_or(expected)))
                }
                None => invalid(field, "must be given once, in the type that the API's document names"),
            }
        }
        Category::Syntax | Category::Eof | Category::Io => ApiError::malformed_json(error.line(), error.column()),
    }
}

fn invalid(field: &str, detail: &str) -> ApiError {
    ApiError::validation(vec![FieldError::new(field, &InvalidValue::new(detail.to_owned()))])
}
