use async_trait::async_trait;
use domain::account::{Credentials, Email, PasswordHash, User, UserId, UserQuery, UserReader};
use domain::{Page, RepositoryError};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Store;
use crate::entity::user::{Column, Entity, Role};
use crate::error::repository_error;

#[async_trait]
impl UserReader for Store {
    async fn find(&self, id: UserId) -> Result<Option<User>, RepositoryError> {
        let row = Entity::find_by_id(id.get()).one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(User::from))
    }

    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, RepositoryError> {
        let of_address = Entity::find().filter(Column::Email.eq(email.as_str()));
        let row = of_address.one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(|row| {
            let password_hash = PasswordHash::new(row.password_hash.clone());
            Credentials { user: User::from(row), password_hash }
        }))
    }

    async fn list(&self, query: &UserQuery) -> Result<Page<User>, RepositoryError> {
        let mut matching = Entity::find();
        if let Some(role) = query.role {
            matching = matching.filter(Column::Role.eq(Role::from(role)));
        }
        if let Some(is_active) = query.is_active {
            matching = matching.filter(Column::IsActive.eq(is_active));
        }
        let total = matching.clone().count(&self.connection).await.map_err(repository_error)?;
        let rows = matching
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .offset(query.page.offset())
            .limit(u64::from(query.page.size.get()))
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(Page { items: rows.into_iter().map(User::from).collect(), total })
    }
}
