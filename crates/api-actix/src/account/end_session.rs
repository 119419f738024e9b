use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account::{self, EndSessionError, SessionId};

use crate::access::SignedIn;
use crate::api_error::{ApiError, refusals};
use crate::input::PathId;
use crate::use_cases::UseCases;

refusals!(EndSessionError { NotFound => kinds::SESSION_NOT_FOUND } else Repository);

/// End one of your sessions.
///
/// All its tokens are invalid at once.
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "Accounts", params(("id" = i64, Path, minimum = 1)),
    responses((status = 204, description = "The session has ended"))
)]
pub(crate) async fn end_session(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    PathId(id): PathId<SessionId>,
) -> Result<HttpResponse, ApiError> {
    use_cases.run(async move |ports| account::end_session(&*ports.units, &*ports.clock, user.id, id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
