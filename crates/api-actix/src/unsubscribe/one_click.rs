use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::account::{self, UnsubscribeError};

use super::confirm::UnsubscribeParameters;
use super::page;
use crate::api_error::{ApiError, kinds, refusals};
use crate::input::QueryString;
use crate::use_cases::UseCases;

refusals!(UnsubscribeError { Invalid => kinds::AUTH_LINK_INVALID } else Repository);

/// End e-mails about restocks.
///
/// Mail programs send this for a click on "unsubscribe" (RFC 8058). A browser gets a page instead of the 204.
#[utoipa::path(
    post, path = "/unsubscribe", tag = "Accounts", operation_id = "unsubscribe", params(UnsubscribeParameters),
    responses(
        (status = 200, description = "The same for browsers: a page", body = String, content_type = "text/html; charset=utf-8"),
        (status = 204, description = "No more e-mails will be sent"),
    )
)]
pub(crate) async fn unsubscribe(
    use_cases: Data<UseCases>,
    request: HttpRequest,
    QueryString(parameters): QueryString<UnsubscribeParameters>,
) -> Result<HttpResponse, ApiError> {
    let token = parameters.parse()?;
    let ended = use_cases
        .run(async move |ports| account::unsubscribe(&*ports.units, &*ports.unsubscribe_tokens, &token).await)
        .await;
    match ended {
        Ok(()) if is_browser(&request) => Ok(page::DONE.response()),
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(error) if error.code() == kinds::AUTH_LINK_INVALID.code && is_browser(&request) => {
            Ok(page::INVALID.response())
        }
        Err(error) => Err(error),
    }
}

/// Whether the caller asks for a page, as browsers do.
fn is_browser(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
