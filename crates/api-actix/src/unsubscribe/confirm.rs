use actix_web::HttpResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use super::page;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnsubscribeParameters {
    /// The token of the link in the e-mail.
    #[param(value_type = String, required = true, min_length = 1)]
    token: Option<String>,
}

impl UnsubscribeParameters {
    pub(super) fn parse(self) -> Result<String, ApiError> {
        let mut fields = Fields::default();
        let token = fields.required("token", self.token, Ok);
        fields.finish(token)
    }
}

/// Show a page with a button that ends e-mails.
///
/// It changes nothing, because mail scanners follow links.
#[utoipa::path(
    get, path = "/unsubscribe", tag = "Accounts", operation_id = "confirm_unsubscribe", params(UnsubscribeParameters),
    responses((status = 200, description = "The page", body = String, content_type = "text/html; charset=utf-8"))
)]
pub(crate) async fn confirm(
    QueryString(parameters): QueryString<UnsubscribeParameters>,
) -> Result<HttpResponse, ApiError> {
    parameters.parse()?;
    Ok(page::QUESTION.response())
}
