use std::sync::Arc;

use actix_web::web::{Data, Json};
use domain::account::{self, LogInError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokensBody;
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody, OpenedBy};
use crate::ports::Ports;
use crate::use_cases::UseCases;

/// The credentials of a user.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LogIn {
    #[schema(value_type = String, required, example = "ada@example.com")]
    email: Option<String>,
    #[schema(value_type = String, required, format = Password, example = "correct horse")]
    password: Option<SecretString>,
}

refusals!(LogInError {
    InvalidCredentials(account) => kinds::AUTH_INVALID_CREDENTIALS.about(account),
    Deactivated(_) => kinds::AUTH_ACCOUNT_DEACTIVATED,
} else TooManyRequests, PasswordHasher, SignIn, Repository);

/// Log in.
#[utoipa::path(
    post, path = "/auth/login", tag = "Accounts", request_body = LogIn,
    responses((status = 200, description = "The tokens of a new session", body = TokensBody))
)]
pub(crate) async fn log_in(
    use_cases: Data<UseCases>,
    OpenedBy(client): OpenedBy,
    JsonBody(input): JsonBody<LogIn>,
) -> Result<Json<TokensBody>, ApiError> {
    let mut fields = Fields::default();
    let email = fields.required("email", input.email, Ok);
    let password = fields.required("password", input.password, Ok);
    let (email, password) = fields.finish(email.zip(password))?;
    let log_in = async move |ports: Arc<Ports>| {
        account::log_in(
            &*ports.user_reader,
            &*ports.units,
            &*ports.hasher,
            &*ports.throttle,
            &*ports.tokens,
            &*ports.clock,
            &email,
            password,
            client,
        )
        .await
    };
    let tokens = use_cases.run(log_in).await?;
    Ok(Json(tokens.into()))
}
