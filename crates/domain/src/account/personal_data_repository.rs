use async_trait::async_trait;

use super::{Email, UserId};
use crate::delivery::SkipReason;
use crate::{RepositoryError, Timestamp};

/// Port: ends what is under way for a user who is erased, within a unit of work that has locked the account.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PersonalDataRepository: Send + Sync {
    /// Deletes the mailed links of a user and the account mails to their address, and forgets from where and with which programs
    /// their sessions were opened.
    async fn forget_traces(&self, user_id: UserId, email: &Email) -> Result<(), RepositoryError>;

    /// Cancels all pre-bookings of a user that are waiting.
    async fn cancel_waiting(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError>;

    /// Skips all pending deliveries to a user, even claimed ones: what their workers find out is not recorded.
    async fn skip_pending(&self, user_id: UserId, reason: SkipReason) -> Result<(), RepositoryError>;
}
