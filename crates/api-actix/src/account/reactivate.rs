use actix_web::web::{Data, Json};
use domain::account::{self, UserId};

use super::body::UserBody;
use crate::api_error::{ApiError, Problem};
use crate::input::PathId;
use crate::wiring::Ports;

/// Let a user in again.
///
/// Their old refresh tokens stay revoked. It is no error if they are not locked out.
#[utoipa::path(
    patch, path = "/admin/users/{id}/reactivate", tag = "Admin", params(("id" = i64, Path, minimum = 1)),
    security(("access_token" = [])),
    responses(
        (status = 200, description = "The account as it is now", body = UserBody),
        (status = 404, description = "`USER_NOT_FOUND`", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn reactivate(ports: Data<Ports>, PathId(id): PathId<UserId>) -> Result<Json<UserBody>, ApiError> {
    Ok(Json(account::reactivate(&*ports.units, id).await?.into()))
}
