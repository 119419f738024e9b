use actix_web::web::{Data, Json};
use domain::account::{self, DeactivateError, UserId};

use super::body::UserBody;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

refusals!(DeactivateError {
    NotFound => kinds::USER_NOT_FOUND,
    AdminStaysActive(_) => kinds::ADMN_CANNOT_DEACTIVATE_ADMIN,
} else Repository);

/// Deactivate an account.
///
/// Locks the user out at once and ends all their sessions. Does nothing if the account is already deactivated.
#[utoipa::path(
    patch, path = "/admin/users/{id}/deactivate", tag = "Admin", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The updated account", body = UserBody))
)]
pub(crate) async fn deactivate(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<UserId>,
) -> Result<Json<UserBody>, ApiError> {
    let user =
        use_cases.run(async move |ports| account::deactivate(&*ports.units, &*ports.clock, &origin, id).await).await?;
    Ok(Json(user.into()))
}
