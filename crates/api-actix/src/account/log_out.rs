use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account;

use super::body::RefreshTokenInput;
use crate::api_error::ApiError;
use crate::input::{Fields, JsonBody};
use crate::use_cases::UseCases;

/// Log out.
///
/// Ends the session of the refresh token, and with it its access tokens. Does nothing if the token is unknown or the session has
/// ended.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Accounts", request_body = RefreshTokenInput,
    responses((status = 204, description = "The session has ended"))
)]
pub(crate) async fn log_out(
    use_cases: Data<UseCases>,
    JsonBody(input): JsonBody<RefreshTokenInput>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("refresh_token", input.refresh_token, Ok);
    let token = fields.finish(token)?;
    use_cases
        .run(async move |ports| account::log_out(&*ports.units, &*ports.tokens, &*ports.clock, &token).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
