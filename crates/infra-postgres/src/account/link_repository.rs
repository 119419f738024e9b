use async_trait::async_trait;
use domain::account::{LinkPurpose, LinkRepository, NewLink, TokenHash, UserId};
use domain::{RepositoryError, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::Repositories;
use crate::entity::account_mail::Purpose;
use crate::entity::link::{ActiveModel, Column, Entity};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl LinkRepository for Repositories<Transaction> {
    async fn add(&self, link: &NewLink) -> Result<(), RepositoryError> {
        let row = ActiveModel {
            user_id: Set(link.user_id.get()),
            purpose: Set(link.purpose.into()),
            token_hash: Set(link.hash.expose().to_owned()),
            created_at: Set(link.created_at),
            expires_at: Set(link.expires_at),
            ..Default::default()
        };
        Entity::insert(row).exec_without_returning(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn count_since(
        &self,
        user_id: UserId,
        purpose: LinkPurpose,
        since: Timestamp,
    ) -> Result<u64, RepositoryError> {
        let recent = Entity::find()
            .filter(Column::UserId.eq(user_id.get()))
            .filter(Column::Purpose.eq(Purpose::from(purpose)))
            .filter(Column::CreatedAt.gte(since));
        recent.count(&self.connection).await.map_err(repository_error)
    }

    async fn find_user(
        &self,
        purpose: LinkPurpose,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<UserId>, RepositoryError> {
        let link = Entity::find()
            .select_only()
            .column(Column::UserId)
            .filter(Column::TokenHash.eq(hash.expose()))
            .filter(Column::Purpose.eq(Purpose::from(purpose)))
            .filter(Column::ExpiresAt.gt(now));
        let user_id = link.into_tuple().one(&self.connection).await.map_err(repository_error)?;
        Ok(user_id.map(UserId::from_stored))
    }

    async fn delete_all(&self, user_id: UserId, purpose: LinkPurpose) -> Result<(), RepositoryError> {
        let delete = Entity::delete_many()
            .filter(Column::UserId.eq(user_id.get()))
            .filter(Column::Purpose.eq(Purpose::from(purpose)));
        delete.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}
