use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use domain::account::{self, ListedSession, PersonalData, SessionId};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::UserBody;
use super::list_sessions::SessionBody;
use crate::access::{CurrentSession, SignedIn};
use crate::api_error::ApiError;
use crate::audit::AuditRecordBody;
use crate::delivery::DeliveryWithAttempts;
use crate::pre_booking::PreBookingBody;
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

/// A session of yours, whether it has ended or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionRecord)]
pub(crate) struct SessionRecordBody {
    #[serde(flatten)]
    session: SessionBody,
    /// When it was ended before it expired; null if it was not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Rfc3339>,
}

/// Everything that the service has of you, apart from your password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PersonalData)]
pub(crate) struct PersonalDataBody {
    user: UserBody,
    /// Oldest first.
    sessions: Vec<SessionRecordBody>,
    /// Newest first.
    pre_bookings: Vec<PreBookingBody>,
    /// The e-mails to you, oldest first.
    deliveries: Vec<DeliveryWithAttempts>,
    /// What you changed, newest first.
    changes_by_user: Vec<AuditRecordBody>,
    /// What was changed about you, newest first. Who changed it is left out.
    changes_of_user: Vec<AuditRecordBody>,
}

impl PersonalDataBody {
    fn new(data: PersonalData, current: SessionId) -> Self {
        let record = |listed: ListedSession| SessionRecordBody {
            ended_at: listed.session.ended_at.map(Rfc3339),
            session: SessionBody::new(listed, current),
        };
        Self {
            user: data.user.into(),
            sessions: data.sessions.into_iter().map(record).collect(),
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
pub(crate) async fn export(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    CurrentSession(current): CurrentSession,
) -> Result<HttpResponse, ApiError> {
    let data = use_cases
        .run(async move |ports| {
            let (pre_bookings, personal_data) = (&*ports.pre_booking_reader, &*ports.personal_data_reader);
            account::export(pre_bookings, personal_data, &*ports.audit_reader, user).await
        })
        .await?;
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"bookstore.json\"");
    Ok(HttpResponse::Ok().insert_header(disposition).json(PersonalDataBody::new(data, current)))
}
