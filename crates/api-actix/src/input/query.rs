use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::InvalidValue;
use serde::de::DeserializeOwned;

use crate::api_error::{ApiError, FieldError};

/// The query string of a request, with the parameters of `T`, all of them strings. Unknown parameters are ignored.
pub(crate) struct QueryString<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest for QueryString<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A string can't have a wrong type, so the only error is a repeated parameter.
        ready(serde_urlencoded::from_str(request.query_string()).map(Self).map_err(|_| {
            let repeated = InvalidValue::new("every parameter must be given at most once");
            ApiError::validation(vec![FieldError::new("", &repeated)])
        }))
    }
}
