use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::account;

use crate::access::SignedIn;
use crate::api_error::ApiError;
use crate::use_cases::UseCases;

/// Ask for a link that verifies your address.
///
/// Does nothing if the address is verified.
#[utoipa::path(
    post, path = "/auth/email/verification", tag = "Accounts",
    responses((status = 202, description = "A link is mailed to your address"))
)]
pub(crate) async fn request_verification(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
) -> Result<HttpResponse, ApiError> {
    use_cases.run(async move |ports| account::request_verification(&*ports.units, &*ports.clock, user).await).await?;
    Ok(HttpResponse::Accepted().finish())
}
