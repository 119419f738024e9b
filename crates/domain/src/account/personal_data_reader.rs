use async_trait::async_trait;

use super::{ListedSession, UserId};
use crate::RepositoryError;
use crate::delivery::{Attempt, Delivery};

/// Port: reads what the store has of one user and no other port lists, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PersonalDataReader: Send + Sync {
    /// Returns all sessions of a user, whether they have ended or not, oldest first.
    async fn list_sessions(&self, user_id: UserId) -> Result<Vec<ListedSession>, RepositoryError>;

    /// Returns all deliveries to a user with their attempts, oldest first.
    async fn list_deliveries(&self, user_id: UserId) -> Result<Vec<(Delivery, Vec<Attempt>)>, RepositoryError>;
}
