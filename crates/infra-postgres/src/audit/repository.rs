use async_trait::async_trait;
use domain::account::UserId;
use domain::audit::{AuditRepository, Change, Origin};
use domain::book::BookId;
use domain::{RepositoryError, Timestamp};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::Repositories;
use crate::entity::audit_record::{ActiveModel, Entity};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl AuditRepository for Repositories<Transaction> {
    async fn add(&self, origin: &Origin, change: &Change, now: Timestamp) -> Result<(), RepositoryError> {
        let details = serde_json::to_string(&change.details).map_err(|error| RepositoryError::Failed(error.into()))?;
        let row = ActiveModel {
            at: Set(now),
            actor_id: Set(origin.actor_id.map(UserId::get)),
            action: Set(change.action.as_str().to_owned()),
            book_id: Set(change.book_id.map(BookId::get)),
            user_id: Set(change.user_id.map(UserId::get)),
            details: Set(details),
            request_id: Set(origin.request_id.clone()),
            address: Set(origin.address.map(|address| address.to_string())),
            ..Default::default()
        };
        Entity::insert(row).exec_without_returning(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}
