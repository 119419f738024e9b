use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, ChangePasswordError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::{CurrentSession, SignedIn};
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody};
use crate::peer::Peer;
use crate::ports::Ports;
use crate::use_cases::UseCases;

/// A change of a password.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PasswordChange {
    #[schema(value_type = String, required, format = Password, example = "correct horse")]
    current_password: Option<SecretString>,
    /// Neither common nor your own address.
    #[schema(value_type = String, required, min_length = 8, max_length = 128, format = Password, example = "battery staple")]
    new_password: Option<SecretString>,
}

refusals!(ChangePasswordError {
    WrongPassword => kinds::AUTH_WRONG_PASSWORD.field("current_password"),
} else Password, TooManyRequests, PasswordHasher, Repository);

/// Change your password.
///
/// Your other sessions end.
#[utoipa::path(
    post, path = "/auth/password", tag = "Accounts", request_body = PasswordChange,
    responses((status = 204, description = "The password is changed"))
)]
pub(crate) async fn change_password(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    CurrentSession(session_id): CurrentSession,
    peer: Peer,
    JsonBody(input): JsonBody<PasswordChange>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let current = fields.required("current_password", input.current_password, Ok);
    let new = fields.required("new_password", input.new_password, Ok);
    let (current, new) = fields.finish(current.zip(new))?;
    let change = async move |ports: Arc<Ports>| {
        let (users, units, hasher) = (&*ports.user_reader, &*ports.units, &*ports.hasher);
        let (throttle, clock, signed_in) = (&*ports.throttle, &*ports.clock, (user, session_id));
        account::change_password(users, units, hasher, throttle, clock, signed_in, current, new, peer.network()).await
    };
    use_cases.run(change).await?;
    Ok(HttpResponse::NoContent().finish())
}
