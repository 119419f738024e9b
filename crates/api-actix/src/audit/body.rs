use domain::account::UserId;
use domain::audit::AuditRecord;
use domain::book::BookId;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::timestamp::Rfc3339;

/// A change that was made, and who made it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditRecord)]
pub(crate) struct AuditRecordBody {
    #[schema(example = 1, minimum = 1)]
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Rfc3339,
    /// Who made the change; null for the program itself and its commands.
    #[schema(required, example = 1, minimum = 1)]
    actor_id: Option<i64>,
    /// The current address of who made the change.
    #[schema(required, example = "admin@example.com")]
    actor_email: Option<String>,
    #[schema(schema_with = crate::schema::action)]
    action: &'static str,
    /// The book that was changed; null for changes of anything else. It may be deleted by now.
    #[schema(required, example = 7, minimum = 1)]
    book_id: Option<i64>,
    /// The user that was changed; null for changes of anything else.
    #[schema(required, minimum = 1)]
    user_id: Option<i64>,
    #[schema(schema_with = crate::schema::audit_details)]
    details: Map<String, Value>,
    /// The `X-Request-Id` of the request; null for the program itself and its commands.
    #[schema(required, example = "4f1c6a4e-8d53-4d0c-8f2b-0f3a51b1a1d4")]
    request_id: Option<String>,
    /// The IP address that the request came from.
    #[schema(required, example = "192.0.2.7")]
    address: Option<String>,
}

impl From<AuditRecord> for AuditRecordBody {
    fn from(AuditRecord { id, at, origin, actor_email, change }: AuditRecord) -> Self {
        Self {
            id: id.get(),
            at: at.into(),
            actor_id: origin.actor_id.map(UserId::get),
            actor_email: actor_email.map(|email| email.as_str().to_owned()),
            action: change.action.as_str(),
            book_id: change.book_id.map(BookId::get),
            user_id: change.user_id.map(UserId::get),
            details: change.details,
            request_id: origin.request_id,
            address: origin.address.map(|address| address.to_string()),
        }
    }
}
