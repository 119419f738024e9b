use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, EraseError};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::SignedIn;
use crate::api_error::{ApiError, refusals};
use crate::input::{Fields, JsonBody};
use crate::origin::RequestOrigin;
use crate::peer::Peer;
use crate::ports::Ports;
use crate::use_cases::UseCases;

/// Proof that it is you.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Erasure {
    #[schema(value_type = String, required, format = Password, example = "correct horse")]
    password: Option<SecretString>,
}

refusals!(EraseError {
    WrongPassword => kinds::AUTH_WRONG_PASSWORD.field("password"),
} else TooManyRequests, PasswordHasher, Repository);

/// Erase your account.
///
/// Your address and your password are erased, your sessions end, your waiting pre-bookings are cancelled, and e-mails that were
/// not sent yet never are. The history stays, without a name. This can't be undone.
#[utoipa::path(
    delete, path = "/auth/me", tag = "Accounts", operation_id = "erase_account", request_body = Erasure,
    responses((status = 204, description = "The account is erased"))
)]
pub(crate) async fn erase(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    RequestOrigin(origin): RequestOrigin,
    peer: Peer,
    JsonBody(input): JsonBody<Erasure>,
) -> Result<HttpResponse, ApiError> {
    let mut fields = Fields::default();
    let password = fields.required("password", input.password, Ok);
    let password = fields.finish(password)?;
    let erase = async move |ports: Arc<Ports>| {
        let (users, units, hasher) = (&*ports.user_reader, &*ports.units, &*ports.hasher);
        account::erase(users, units, hasher, &*ports.throttle, &*ports.clock, &origin, &user, password, peer.network())
            .await
    };
    use_cases.run(erase).await?;
    Ok(HttpResponse::NoContent().finish())
}
