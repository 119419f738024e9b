use async_trait::async_trait;

use super::{NewRefreshToken, NewSession, RefreshToken, Session, SessionId, TokenHash, UserId};
use crate::{RepositoryError, Timestamp};

/// Port: writes sessions and their refresh tokens, within a unit of work that has locked their account.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Adds a session.
    async fn add(&self, session: &NewSession) -> Result<SessionId, RepositoryError>;

    /// Deletes all sessions of an account but `keep`. It keeps those that have not ended before those that have, and of each
    /// the last used.
    async fn delete_surplus(&self, user_id: UserId, keep: u32) -> Result<(), RepositoryError>;

    /// Writes when a session was last used and when it expires.
    async fn save_renewed(&self, session: &Session) -> Result<(), RepositoryError>;

    /// Ends a session. Returns `false` and changes nothing if the account has no such session, or it has ended.
    async fn end(&self, id: SessionId, user_id: UserId, now: Timestamp) -> Result<bool, RepositoryError>;

    /// Ends all sessions of an account but `kept`. MUST keep the `ended_at` of those that were ended before.
    async fn end_all(&self, user_id: UserId, kept: Option<SessionId>, now: Timestamp) -> Result<(), RepositoryError>;

    /// Adds a refresh token that is not used.
    async fn add_token(&self, token: &NewRefreshToken) -> Result<(), RepositoryError>;

    /// Returns the refresh token with this hash, used or not.
    async fn find_token(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, RepositoryError>;

    /// Records that a refresh token was used.
    async fn save_used(&self, hash: &TokenHash, now: Timestamp) -> Result<(), RepositoryError>;
}
