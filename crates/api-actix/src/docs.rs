//! Serves the OpenAPI document and the Swagger UI.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header::{self, ContentType};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use crate::api_error::{ApiError, kinds};
use crate::openapi::document;

/// The OpenAPI document as JSON, which never changes.
static OPENAPI_JSON: LazyLock<Bytes> = LazyLock::new(|| serde_json::to_vec(&document()).unwrap_or_default().into());

pub(crate) async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(OPENAPI_JSON.clone())
}

/// Redirects to `/docs/`, because the links of the Swagger UI are relative.
pub(crate) async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Returns a file of the Swagger UI. All of them are part of the binary.
pub(crate) async fn swagger_ui(file: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let config = Arc::new(Config::from("/openapi.json").persist_authorization(true));
    match utoipa_swagger_ui::serve(&file, config) {
        Ok(Some(file)) => {
            let bytes = match file.bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => bytes.into(),
            };
            Ok(HttpResponse::Ok().content_type(file.content_type).body(bytes))
        }
        Ok(None) | Err(_) => Err(kinds::NOT_FOUND.into()),
    }
}
