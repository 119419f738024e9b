//! Serves the OpenAPI document and the Swagger UI.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use crate::api_error::{ApiError, kinds};
use crate::openapi::document;

pub(crate) async fn openapi_json() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

/// Redirects to `/docs/`, because the links of the Swagger UI are relative.
pub(crate) async fn redirect() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// Returns a file of the Swagger UI. All of them are part of the binary.
pub(crate) async fn swagger_ui(file: web::Path<String>) -> Result<HttpResponse, ApiError> {
    let config = Arc::new(Config::from("/openapi.json").persist_authorization(true));
    match utoipa_swagger_ui::serve(&file, config) {
        Ok(Some(file)) => Ok(HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned())),
        Ok(None) | Err(_) => Err(kinds::NOT_FOUND.into()),
    }
}
