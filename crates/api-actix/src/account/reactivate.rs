use actix_web::web::{Data, Json};
use domain::account::{self, ReactivateError, UserId};

use super::body::UserBody;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::origin::RequestOrigin;
use crate::use_cases::UseCases;

refusals!(ReactivateError { NotFound => kinds::USER_NOT_FOUND } else Repository);

/// Reactivate an account.
///
/// Old sessions stay ended. Does nothing if the account is active.
#[utoipa::path(
    patch, path = "/admin/users/{id}/reactivate", tag = "Admin", params(("id" = i64, Path, minimum = 1)),
    responses((status = 200, description = "The updated account", body = UserBody))
)]
pub(crate) async fn reactivate(
    use_cases: Data<UseCases>,
    RequestOrigin(origin): RequestOrigin,
    PathId(id): PathId<UserId>,
) -> Result<Json<UserBody>, ApiError> {
    let user =
        use_cases.run(async move |ports| account::reactivate(&*ports.units, &*ports.clock, &origin, id).await).await?;
    Ok(Json(user.into()))
}
