use async_trait::async_trait;
use domain::account::{
    Credentials, Email, NewUser, PasswordHash, Role, User, UserId, UserQuery, UserReader, UserRepository,
};
use domain::{Page, RepositoryError};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    TryInsertResult,
};

use crate::Repositories;
use crate::entity::user::{ActiveModel, Column, Entity, Model, Role as StoredRole};
use crate::error::repository_error;

#[async_trait]
impl<C: ConnectionTrait + Send> UserReader for Repositories<C> {
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
            matching = matching.filter(Column::Role.eq(StoredRole::from(role)));
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

#[async_trait]
impl<C: ConnectionTrait + Send> UserRepository for Repositories<C> {
    async fn add(&self, user: &NewUser) -> Result<Option<User>, RepositoryError> {
        let row = ActiveModel {
            email: Set(user.email.as_str().to_owned()),
            password_hash: Set(user.password_hash.expose().to_owned()),
            role: Set(user.role.into()),
            is_active: Set(true),
            created_at: Set(user.created_at),
            ..Default::default()
        };
        let insert = Entity::insert(row).on_conflict(OnConflict::column(Column::Email).do_nothing().to_owned());
        match insert.try_insert().exec(&self.connection).await.map_err(repository_error)? {
            TryInsertResult::Inserted(inserted) => Ok(Some(User {
                id: UserId::from_stored(inserted.last_insert_id),
                email: user.email.clone(),
                role: user.role,
                is_active: true,
                created_at: user.created_at,
            })),
            TryInsertResult::Conflicted | TryInsertResult::Empty => Ok(None),
        }
    }

    async fn find_for_session_change(&self, id: UserId) -> Result<Option<User>, RepositoryError> {
        let locked = Entity::find_by_id(id.get()).lock(LockType::NoKeyUpdate);
        Ok(locked.one(&self.connection).await.map_err(repository_error)?.map(User::from))
    }

    async fn save(&self, user: &User) -> Result<(), RepositoryError> {
        let row = ActiveModel { role: Set(user.role.into()), is_active: Set(user.is_active), ..Default::default() };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(user.id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}

impl From<Model> for User {
    fn from(row: Model) -> Self {
        Self {
            id: UserId::from_stored(row.id),
            email: Email::from_stored(row.email),
            role: row.role.into(),
            is_active: row.is_active,
            created_at: row.created_at,
        }
    }
}

impl From<StoredRole> for Role {
    fn from(role: StoredRole) -> Self {
        match role {
            StoredRole::User => Self::User,
            StoredRole::Admin => Self::Admin,
        }
    }
}

impl From<Role> for StoredRole {
    fn from(role: Role) -> Self {
        match role {
            Role::User => Self::User,
            Role::Admin => Self::Admin,
        }
    }
}
