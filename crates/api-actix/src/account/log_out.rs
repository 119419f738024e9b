use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account;

use super::body::RefreshTokenInput;
use crate::api_error::ApiError;
use crate::input::{Fields, JsonBody};
use crate::wiring::Ports;

/// End a session.
///
/// A token that is unknown or revoked already has no session to end, which is as good.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Accounts", request_body = RefreshTokenInput,
    responses((status = 204, description = "The session is over"))
)]
pub(crate) async fn log_out(
    ports: Data<Ports>,
    JsonBody(input): JsonBody<RefreshTokenInput>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("refresh_token", input.refresh_token, Ok);
    let token = fields.finish(token)?;
    account::log_out(&*ports.units, &*ports.tokens, &*ports.clock, &token).await?;
    Ok(HttpResponse::NoContent().finish())
}
