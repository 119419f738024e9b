use actix_web::web::{Data, Json};
use domain::account::{self, Locale, PreferenceChange};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::UserBody;
use crate::access::SignedIn;
use crate::api_error::{ApiError, kinds};
use crate::input::{Change, Fields, JsonBody};
use crate::use_cases::UseCases;

/// A change of what you want to be told. An absent field stays unchanged, and null clears the locale.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PreferencePatch {
    /// Whether to send you e-mails about restocks.
    #[serde(default)]
    #[schema(value_type = bool, required = false, example = false)]
    email_notifications: Change<bool>,
    /// The language of e-mails, as a language tag (RFC 5646).
    #[serde(default)]
    #[schema(value_type = Option<String>, required = false, max_length = 35, pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", example = "pt-BR")]
    locale: Change<String>,
}

/// Change what you want to be told.
#[utoipa::path(
    patch, path = "/auth/me", tag = "Accounts", operation_id = "change_preferences", request_body = PreferencePatch,
    responses((status = 200, description = "Your account", body = UserBody))
)]
pub(crate) async fn change_preferences(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    JsonBody(input): JsonBody<PreferencePatch>,
) -> Result<Json<UserBody>, ApiError> {
    let mut fields = Fields::default();
    let email_notifications = fields.changed("email_notifications", input.email_notifications, Ok);
    let locale = fields.cleared("locale", input.locale, |text| Locale::parse(&text));
    let change = fields.finish(Some(PreferenceChange { email_notifications, locale }))?;
    let changed =
        use_cases.run(async move |ports| account::change_preferences(&*ports.units, user.id, change).await).await?;
    // Accounts are never deleted, so it is there.
    Ok(Json(changed.ok_or(kinds::AUTH_TOKEN_INVALID)?.into()))
}
