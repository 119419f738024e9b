//! Calls from the pages of other origins (the Fetch standard, 3.3).

use actix_cors::Cors;
use actix_web::guard::GuardContext;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse};

/// For how long a browser need not ask again whether a call is allowed.
const MAX_AGE_SECONDS: u32 = 3600;

/// Tells the browser which origins may read a response. What each path allows is told by [`preflight`].
pub(crate) fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default().disable_preflight().allow_any_method().allow_any_header().expose_headers([
        header::LOCATION.as_str(),
        header::RETRY_AFTER.as_str(),
        "ratelimit",
        "ratelimit-policy",
        "x-request-id",
    ]);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// Whether a browser asks if it may make a call.
pub(crate) fn is_preflight(request: &GuardContext<'_>) -> bool {
    let head = request.head();
    head.method == Method::OPTIONS && head.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Names the methods of a path, and allows any header.
pub(crate) fn preflight(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, allowed));
    response.insert_header((header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS));
    if let Some(names) = request.headers().get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        response.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone()));
    }
    response.finish()
}
