use async_trait::async_trait;

use super::UserId;
use crate::delivery::{Attempt, Delivery};
use crate::{RepositoryError, Timestamp};

/// What is stored of a refresh token, apart from the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenRecord {
    /// When the token was issued.
    pub created_at: Timestamp,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// When the token was used or revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Port: reads what the store has of one user and no other port lists, outside any transaction.
#[cfg_attr(test, mockall::automock)]
#[async_trait]
pub trait PersonalDataReader: Send + Sync {
    /// Returns all refresh tokens of a user, oldest first.
    async fn list_refresh_tokens(&self, user_id: UserId) -> Result<Vec<RefreshTokenRecord>, RepositoryError>;

    /// Returns all deliveries to a user with their attempts, oldest first.
    async fn list_deliveries(&self, user_id: UserId) -> Result<Vec<(Delivery, Vec<Attempt>)>, RepositoryError>;
}
