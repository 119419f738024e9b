use actix_web::web::{Data, Json};
use domain::account::{self, RefreshError, Refreshed};

use super::body::{RefreshTokenInput, TokensBody};
use crate::api_error::{ApiError, kinds, refusals};
use crate::input::{Fields, JsonBody};
use crate::use_cases::UseCases;

refusals!(RefreshError {
    Invalid => kinds::AUTH_REFRESH_INVALID,
} else SignIn, Repository);

/// Exchange a refresh token for new tokens.
///
/// A refresh token works once. Using it again ends the whole session, because somebody may have stolen it.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "Accounts", request_body = RefreshTokenInput,
    responses((status = 200, description = "New tokens of the same session", body = TokensBody))
)]
pub(crate) async fn refresh(
    use_cases: Data<UseCases>,
    JsonBody(input): JsonBody<RefreshTokenInput>,
) -> Result<Json<TokensBody>, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("refresh_token", input.refresh_token, Ok);
    let token = fields.finish(token)?;
    let refreshed = use_cases
        .run(async move |ports| account::refresh(&*ports.units, &*ports.tokens, &*ports.clock, &token).await)
        .await?;
    match refreshed {
        Refreshed::Refreshed(tokens) => Ok(Json(tokens.into())),
        Refreshed::Reused(account) => Err(ApiError::from(kinds::AUTH_TOKEN_REUSE).about(Some(account))),
    }
}
