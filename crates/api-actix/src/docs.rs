//! Serves the OpenAPI document and the Swagger UI. Both are part of the binary, and sent without copying them.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header::{self, HeaderName};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use crate::api_error::{ApiError, kinds};
use crate::openapi::document;

static OPENAPI_JSON: LazyLock<Bytes> = LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());

/// Browsers may keep it, but must ask whether it is still current.
const NO_CACHE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-cache");

/// The Swagger UI runs only its own files, and talks only to this server. It sets styles and shows pictures that are part of them.
const SWAGGER_UI_POLICY: (HeaderName, &str) = (
    header::CONTENT_SECURITY_POLICY,
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(crate) async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().insert_header(NO_CACHE).content_type("application/json").body(OPENAPI_JSON.clone())
}

/// Redirects to `/docs/`, because the links of the Swagger UI are relative.
pub(crate) async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Returns a file of the Swagger UI.
pub(crate) async fn swagger_ui(file: web::Path<String>) -> Result<HttpResponse, ApiError> {
    // It forgets the access token when the page is closed.
    let config = Arc::new(Config::from("/openapi.json").persist_authorization(false));
    let Ok(Some(file)) = utoipa_swagger_ui::serve(&file, config) else { return Err(kinds::NOT_FOUND.into()) };
    let content = match file.bytes {
        Cow::Borrowed(content) => Bytes::from_static(content),
        Cow::Owned(content) => content.into(),
    };
    let mut response = HttpResponse::Ok();
    Ok(response.insert_header(NO_CACHE).insert_header(SWAGGER_UI_POLICY).content_type(file.content_type).body(content))
}
