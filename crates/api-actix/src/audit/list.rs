use actix_web::web::{Data, Json};
use domain::account::UserId;
use domain::audit::{self, Action, AuditQuery, AuditRecordId};
use domain::book::BookId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::AuditRecordBody;
use crate::api_error::ApiError;
use crate::input::{Fields, QueryString, decode_cursor, encode_cursor};
use crate::use_cases::UseCases;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParameters {
    /// Only changes that this user made.
    #[param(value_type = Option<i64>, minimum = 1)]
    actor_id: Option<String>,
    /// Only this action.
    #[param(schema_with = crate::schema::action)]
    action: Option<String>,
    /// Only changes of this book.
    #[param(value_type = Option<i64>, minimum = 1)]
    book_id: Option<String>,
    /// Only changes of this user.
    #[param(value_type = Option<i64>, minimum = 1)]
    user_id: Option<String>,
    /// The maximum number of items.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    limit: Option<String>,
    /// The `next_cursor` of the previous page.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

impl AuditParameters {
    fn parse(self) -> Result<AuditQuery, ApiError> {
        let after = decode_cursor(self.cursor.as_deref(), |[id]| AuditRecordId::new(id).ok())?;
        let mut fields = Fields::default();
        let actor_id = fields.identifier("actor_id", self.actor_id, UserId::new);
        let action = fields.named("action", self.action, &Action::ALL, Action::as_str);
        let book_id = fields.identifier("book_id", self.book_id, BookId::new);
        let user_id = fields.identifier("user_id", self.user_id, UserId::new);
        let limit = fields.limit(self.limit);
        fields.finish(limit.map(|limit| AuditQuery { actor_id, action, book_id, user_id, after, limit }))
    }
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    items: Vec<AuditRecordBody>,
    /// The `cursor` of the next page; null on the last page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List who changed what, newest first.
#[utoipa::path(
    get, path = "/admin/audit", tag = "Admin", operation_id = "list_audit_records", params(AuditParameters),
    responses((status = 200, description = "A page of the matching changes", body = AuditPage))
)]
pub(crate) async fn list(
    use_cases: Data<UseCases>,
    QueryString(parameters): QueryString<AuditParameters>,
) -> Result<Json<AuditPage>, ApiError> {
    let query = parameters.parse()?;
    let page = use_cases.run(async move |ports| audit::list(&*ports.audit_reader, &query).await).await?;
    let items = page.items.into_iter().map(AuditRecordBody::from).collect();
    Ok(Json(AuditPage { items, next_cursor: page.next.map(|id| encode_cursor([id.get()])) }))
}
