use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The health of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the service.
    #[schema(example = "0.1.0")]
    version: &'static str,
}

impl Health {
    pub(super) const OK: Self = Self { status: "ok", version: env!("CARGO_PKG_VERSION") };
}

/// Check that the process runs.
///
/// Checks nothing else, not even the store.
#[utoipa::path(get, path = "/health", tag = "Health", responses((status = 200, description = "The process runs", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health::OK)
}
