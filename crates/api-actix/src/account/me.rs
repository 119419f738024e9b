use actix_web::web::Json;

use super::body::UserBody;
use crate::security::SignedIn;

/// Who am I?
#[utoipa::path(
    get, path = "/auth/me", tag = "Accounts", security(("access_token" = [])),
    responses((status = 200, description = "The account of whoever asks", body = UserBody))
)]
pub(crate) async fn me(SignedIn(user): SignedIn) -> Json<UserBody> {
    Json(user.into())
}
