use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use domain::account::{self, PersonalData, RefreshTokenRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::UserBody;
use crate::access::SignedIn;
use crate::api_error::ApiError;
use crate::audit::AuditRecordBody;
use crate::delivery::DeliveryWithAttempts;
use crate::pre_booking::PreBookingBody;
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

/// A refresh token that you were given. The token itself is not stored.
#[expect(clippy::struct_field_names, reason = "all of them are times")]
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefreshTokenRecord)]
pub(crate) struct RefreshTokenBody {
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// When it was used or revoked; null until then.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    revoked_at: Option<Rfc3339>,
}

impl From<RefreshTokenRecord> for RefreshTokenBody {
    fn from(token: RefreshTokenRecord) -> Self {
        Self {
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            revoked_at: token.revoked_at.map(Rfc3339),
        }
    }
}

/// Everything that the service has of you, apart from your password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalData)]
pub(crate) struct PersonalDataBody {
    user: UserBody,
    /// Oldest first.
    refresh_tokens: Vec<RefreshTokenBody>,
    /// Newest first.
    pre_bookings: Vec<PreBookingBody>,
    /// The e-mails to you, oldest first.
    deliveries: Vec<DeliveryWithAttempts>,
    /// What you changed, newest first.
    changes_by_user: Vec<AuditRecordBody>,
    /// What was changed about you, newest first. Who changed it is left out.
    changes_of_user: Vec<AuditRecordBody>,
}

impl From<PersonalData> for PersonalDataBody {
    fn from(data: PersonalData) -> Self {
        Self {
            user: data.user.into(),
            refresh_tokens: data.refresh_tokens.into_iter().map(RefreshTokenBody::from).collect(),
            pre_bookings: data.pre_bookings.into_iter().map(PreBookingBody::from).collect(),
            deliveries: data.deliveries.into_iter().map(DeliveryWithAttempts::from).collect(),
            changes_by_user: data.changes_by_user.into_iter().map(AuditRecordBody::from).collect(),
            changes_of_user: data.changes_of_user.into_iter().map(AuditRecordBody::from).collect(),
        }
    }
}

/// Download everything that the service has of you.
#[utoipa::path(
    get, path = "/auth/me/export", tag = "Accounts", operation_id = "export_personal_data",
    responses((status = 200, description = "Your data", body = PersonalDataBody))
)]
pub(crate) async fn export(use_cases: Data<UseCases>, SignedIn(user): SignedIn) -> Result<HttpResponse, ApiError> {
    let data = use_cases
        .run(async move |ports| {
            let (pre_bookings, personal_data) = (&*ports.pre_booking_reader, &*ports.personal_data_reader);
            account::export(pre_bookings, personal_data, &*ports.audit_reader, user).await
        })
        .await?;
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"bookstore.json\"");
    Ok(HttpResponse::Ok().insert_header(disposition).json(PersonalDataBody::from(data)))
}
