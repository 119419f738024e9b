use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, Email, Password, RegisterError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokensBody;
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody, OpenedBy};
use crate::ports::Ports;
use crate::use_cases::UseCases;

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Registration {
    #[schema(value_type = String, required, max_length = 254, format = Email, example = "ada@example.com")]
    email: Option<String>,
    /// Neither common nor your own address.
    #[schema(value_type = String, required, min_length = 8, max_length = 128, format = Password, example = "correct horse")]
    password: Option<SecretString>,
}

refusals!(RegisterError {
    EmailConflict => kinds::AUTH_EMAIL_CONFLICT.field("email"),
} else PasswordHasher, SignIn, Repository);

/// Register an account, and log in.
#[utoipa::path(
    post, path = "/auth/register", tag = "Accounts", request_body = Registration,
    responses((status = 201, description = "The tokens of a new session", body = TokensBody))
)]
pub(crate) async fn register(
    use_cases: Data<UseCases>,
    OpenedBy(client): OpenedBy,
    JsonBody(input): JsonBody<Registration>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let email = fields.required("email", input.email, |text| Email::parse(&text));
    let password = fields.required("password", input.password, |text| Password::choose(text, email.as_ref()));
    let (email, password) = fields.finish(email.zip(password))?;
    let register = async move |ports: Arc<Ports>| {
        let (users, units, hasher) = (&*ports.user_reader, &*ports.units, &*ports.hasher);
        account::register(users, units, hasher, &*ports.tokens, &*ports.clock, email, password, client).await
    };
    let tokens = use_cases.run(register).await?;
    Ok(HttpResponse::Created().json(TokensBody::from(tokens)))
}
