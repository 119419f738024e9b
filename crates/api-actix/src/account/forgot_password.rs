use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, Email};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api_error::ApiError;
use crate::input::{Fields, JsonBody};
use crate::use_cases::UseCases;

/// The address of an account.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ForgottenPassword {
    #[schema(value_type = String, required, max_length = 254, format = Email, example = "ada@example.com")]
    email: Option<String>,
}

/// Ask for a new password.
///
/// Mails a link if an account has this address. The response is the same, and takes the same time, if none has.
#[utoipa::path(
    post, path = "/auth/password/forgot", tag = "Accounts", request_body = ForgottenPassword,
    responses((status = 202, description = "If an account has this address, a link is mailed to it"))
)]
pub(crate) async fn forgot_password(
    use_cases: Data<UseCases>,
    JsonBody(input): JsonBody<ForgottenPassword>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let email = fields.required("email", input.email, |text| Email::parse(&text));
    let email = fields.finish(email)?;
    use_cases.run(async move |ports| account::forgot_password(&*ports.units, &*ports.clock, email).await).await?;
    Ok(HttpResponse::Accepted().finish())
}
