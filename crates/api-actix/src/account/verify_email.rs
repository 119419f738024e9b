use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api_error::ApiError;
use crate::input::{Fields, JsonBody};
use crate::use_cases::UseCases;

/// The token of a mailed link.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct LinkToken {
    /// The `token` of the link.
    #[schema(value_type = String, required)]
    token: Option<SecretString>,
}

/// Verify your address, with a mailed link.
///
/// A link works once, for 24 hours.
#[utoipa::path(
    post, path = "/auth/email/verify", tag = "Accounts", request_body = LinkToken,
    responses((status = 204, description = "The address is verified"))
)]
pub(crate) async fn verify_email(
    use_cases: Data<UseCases>,
    JsonBody(input): JsonBody<LinkToken>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("token", input.token, Ok);
    let token = fields.finish(token)?;
    use_cases
        .run(async move |ports| account::verify_email(&*ports.units, &*ports.link_tokens, &*ports.clock, &token).await)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
