use actix_web::web::Json;

use super::body::UserBody;
use crate::access::SignedIn;

/// Show your own account.
#[utoipa::path(
    get, path = "/auth/me", tag = "Accounts",
    responses((status = 200, description = "Your account", body = UserBody))
)]
pub(crate) async fn me(SignedIn(user): SignedIn) -> Json<UserBody> {
    Json(user.into())
}
