use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account;

use crate::access::SignedIn;
use crate::api_error::ApiError;
use crate::use_cases::UseCases;

/// Log out everywhere.
///
/// Ends all your sessions, this one too.
#[utoipa::path(
    post, path = "/auth/logout-all", tag = "Accounts",
    responses((status = 204, description = "All sessions have ended"))
)]
pub(crate) async fn log_out_everywhere(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
) -> Result<HttpResponse, ApiError> {
    use_cases.run(async move |ports| account::log_out_everywhere(&*ports.units, &*ports.clock, user.id).await).await?;
    Ok(HttpResponse::NoContent().finish())
}
