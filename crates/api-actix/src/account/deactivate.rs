use actix_web::web::{Data, Json};
use domain::account::{self, UserId};

use super::body::UserBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::wiring::Ports;

/// Lock a user out, at once.
///
/// All their refresh tokens are revoked. It is no error if they are locked out already.
#[utoipa::path(
    patch, path = "/admin/users/{id}/deactivate", tag = "Admin", params(("id" = i64, Path, minimum = 1)),
    security(("access_token" = [])),
    responses(
        (status = 200, description = "The account as it is now", body = UserBody),
        (status = 404, description = "`USER_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn deactivate(ports: Data<Ports>, PathId(id): PathId<UserId>) -> Result<Json<UserBody>, ApiError> {
    Ok(Json(account::deactivate(&*ports.units, &*ports.clock, id).await?.into()))
}
