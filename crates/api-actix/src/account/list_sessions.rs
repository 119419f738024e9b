use actix_web::web::{Data, Json};
use domain::account::{self, ListedSession, SessionId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{CurrentSession, SignedIn};
use crate::api_error::ApiError;
use crate::timestamp::Rfc3339;
use crate::use_cases::UseCases;

/// Your sessions that have not ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionList)]
pub(crate) struct SessionListBody {
    items: Vec<SessionBody>,
}

/// A session: what a log-in or a registration opens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    #[schema(example = 17, minimum = 1)]
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Rfc3339,
    /// When it began or was last refreshed.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Rfc3339,
    /// When it ends unless it is refreshed. It ends 90 days after it began in any case.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Rfc3339,
    /// The address that it was opened from, if it is known.
    #[schema(required, example = "203.0.113.7")]
    address: Option<String>,
    /// The `User-Agent` that it was opened with, of at most 255 characters.
    #[schema(required, example = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0)")]
    user_agent: Option<String>,
    /// Whether this request belongs to it.
    current: bool,
}

impl SessionBody {
    pub(super) fn new(listed: ListedSession, current: SessionId) -> Self {
        let ListedSession { session, client } = listed;
        Self {
            id: session.id.get(),
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
            address: client.address.map(|address| address.to_string()),
            user_agent: client.user_agent.map(|agent| agent.as_str().to_owned()),
            current: session.id == current,
        }
    }
}

/// List your sessions.
///
/// The last used comes first. There are at most 100: another log-in deletes the one that was not used for the longest time.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Accounts",
    responses((status = 200, description = "Your sessions that have not ended", body = SessionListBody))
)]
pub(crate) async fn list_sessions(
    use_cases: Data<UseCases>,
    SignedIn(user): SignedIn,
    CurrentSession(current): CurrentSession,
) -> Result<Json<SessionListBody>, ApiError> {
    let listed = use_cases
        .run(async move |ports| account::list_sessions(&*ports.session_reader, &*ports.clock, user.id).await)
        .await?;
    Ok(Json(SessionListBody { items: listed.into_iter().map(|one| SessionBody::new(one, current)).collect() }))
}
