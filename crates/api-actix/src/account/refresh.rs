use actix_web::web::{Data, Json};
use domain::account::{self, Refreshed};

use super::body::{RefreshTokenInput, TokensBody};
use crate::api_error::{ApiError, Problem};
use crate::input::{Fields, JsonBody};
use crate::wiring::Ports;

/// Exchange a refresh token for new tokens.
///
/// It works once. A token that is shown again ends the whole session: one of the two who showed it stole it.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "Accounts", request_body = RefreshTokenInput,
    responses(
        (status = 200, description = "New tokens of the same session", body = TokensBody),
        (status = 401, description = "`AUTH_REFRESH_INVALID` or `AUTH_TOKEN_REUSE`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn refresh(
    ports: Data<Ports>,
    JsonBody(input): JsonBody<RefreshTokenInput>,
) -> Result<Json<TokensBody>, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("refresh_token", input.refresh_token, Ok);
    let token = fields.finish(token)?;
    match account::refresh(&*ports.units, &*ports.tokens, &*ports.clock, &token).await? {
        Refreshed::Refreshed(tokens) => Ok(Json(tokens.into())),
        Refreshed::Reused => Err(ApiError::token_reuse()),
    }
}
