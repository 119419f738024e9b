use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, Email, Password};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::TokensBody;
use crate::api_error::{ApiError, Problem};
use crate::input::{Fields, JsonBody};
use crate::wiring::Ports;

/// An account that is about to be registered.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Registration {
    #[schema(value_type = String, required, max_length = 254, format = Email, example = "ada@example.com")]
    email: Option<String>,
    #[schema(value_type = String, required, min_length = 8, max_length = 128, format = Password, example = "correct horse")]
    password: Option<SecretString>,
}

/// Register an account, and sign in.
#[utoipa::path(
    post, path = "/auth/register", tag = "Accounts", request_body = Registration,
    responses(
        (status = 201, description = "The tokens of a new session", body = TokensBody),
        (status = 409, description = "`AUTH_EMAIL_CONFLICT`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn register(
    ports: Data<Ports>,
    JsonBody(input): JsonBody<Registration>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let email = fields.required("email", input.email, |text| Email::parse(&text));
    let password = fields.required("password", input.password, Password::parse);
    let (email, password) = fields.finish(email.zip(password))?;
    let tokens =
        account::register(&*ports.users, &*ports.units, &*ports.hasher, &*ports.tokens, &*ports.clock, email, password)
            .await?;
    Ok(HttpResponse::Created().json(TokensBody::from(tokens)))
}
