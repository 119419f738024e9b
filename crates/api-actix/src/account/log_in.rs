use actix_web::web::{Data, Json};
use domain::account;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokensBody;
use crate::api_error::{ApiError, Problem};
use crate::input::{Fields, JsonBody};
use crate::wiring::Ports;

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LogIn {
    #[schema(value_type = String, required, example = "ada@example.com")]
    email: Option<String>,
    #[schema(value_type = String, required, format = Password, example = "correct horse")]
    password: Option<SecretString>,
}

/// Sign in.
#[utoipa::path(
    post, path = "/auth/login", tag = "Accounts", request_body = LogIn,
    responses(
        (status = 200, description = "The tokens of a new session", body = TokensBody),
        (status = 401, description = "`AUTH_INVALID_CREDENTIALS`", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "`AUTH_ACCOUNT_DEACTIVATED`", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "`TOO_MANY_REQUESTS`: 100 log-ins failed for this address within an hour", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn log_in(ports: Data<Ports>, JsonBody(input): JsonBody<LogIn>) -> Result<Json<TokensBody>, ApiError> {
    let mut fields = Fields::default();
    let email = fields.required("email", input.email, Ok);
    let password = fields.required("password", input.password, Ok);
    let (email, password) = fields.finish(email.zip(password))?;
    let tokens = account::log_in(
        &*ports.users,
        &*ports.units,
        &*ports.hasher,
        &*ports.throttle,
        &*ports.tokens,
        &*ports.clock,
        &email,
        password,
    )
    .await?;
    Ok(Json(tokens.into()))
}
