use super::{ListedSession, SessionReader, UserId};
use crate::{Clock, RepositoryError};

/// Lists the sessions of a user that have not ended, the last used first.
pub async fn list_sessions(
    sessions: &dyn SessionReader,
    clock: &dyn Clock,
    user_id: UserId,
) -> Result<Vec<ListedSession>, RepositoryError> {
    sessions.list_live(user_id, clock.now()).await
}
