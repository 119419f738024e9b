use async_trait::async_trait;

use super::{Client, Session, SessionId, User, UserId};
use crate::{RepositoryError, Timestamp};

/// A session with what its user recognises it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// The program that opened it.
    pub client: Client,
}

/// Port: reads sessions, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SessionReader: Send + Sync {
    /// Returns the session with this identifier, whether it has ended or not, and its account. Every authenticated request
    /// calls this, so it MUST take one round trip.
    async fn find(&self, id: SessionId) -> Result<Option<(Session, User)>, RepositoryError>;

    /// Returns the sessions of an account that have not ended by `now`, the last used first.
    async fn list_live(&self, user_id: UserId, now: Timestamp) -> Result<Vec<ListedSession>, RepositoryError>;
}
