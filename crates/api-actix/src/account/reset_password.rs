use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, ResetPasswordError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody};
use crate::peer::Peer;
use crate::ports::Ports;
use crate::use_cases::UseCases;

/// A new password, and the token of the mailed link.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PasswordReset {
    /// The `token` of the link.
    #[schema(value_type = String, required)]
    token: Option<SecretString>,
    /// Neither common nor your own address.
    #[schema(value_type = String, required, min_length = 8, max_length = 128, format = Password, example = "battery staple")]
    new_password: Option<SecretString>,
}

refusals!(ResetPasswordError {} else Redeem, Password, PasswordHasher, Repository);

/// Choose a new password, with a mailed link.
///
/// A link works once, for 30 minutes. All your sessions end, and your address is verified.
#[utoipa::path(
    post, path = "/auth/password/reset", tag = "Accounts", request_body = PasswordReset,
    responses((status = 204, description = "The password is changed; log in with it"))
)]
pub(crate) async fn reset_password(
    use_cases: Data<UseCases>,
    peer: Peer,
    JsonBody(input): JsonBody<PasswordReset>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let token = fields.required("token", input.token, Ok);
    let new = fields.required("new_password", input.new_password, Ok);
    let (token, new) = fields.finish(token.zip(new))?;
    let reset = async move |ports: Arc<Ports>| {
        let (units, links, hasher) = (&*ports.units, &*ports.link_tokens, &*ports.hasher);
        account::reset_password(units, links, hasher, &*ports.clock, &token, new, peer.network()).await
    };
    use_cases.run(reset).await?;
    Ok(HttpResponse::NoContent().finish())
}
