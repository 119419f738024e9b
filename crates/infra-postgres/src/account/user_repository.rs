use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::{NewUser, PasswordHash, User, UserId, UserRepository};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, TryInsertResult};

use crate::Repositories;
use crate::entity::user::{ActiveModel, Column, Entity};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl UserRepository for Repositories<Transaction> {
    async fn add(&self, user: &NewUser) -> Result<Option<User>, RepositoryError> {
        let row = ActiveModel {
            subject: Set(user.subject.as_str().to_owned()),
            email: Set(user.email.as_str().to_owned()),
            password_hash: Set(user.password_hash.expose().to_owned()),
            role: Set(user.role.into()),
            is_active: Set(true),
            email_verified: Set(false),
            email_notifications: Set(true),
            created_at: Set(user.created_at),
            ..Default::default()
        };
        let insert = Entity::insert(row).on_conflict(OnConflict::column(Column::Email).do_nothing().to_owned());
        match insert.try_insert().exec(&self.connection).await.map_err(repository_error)? {
            TryInsertResult::Inserted(inserted) => Ok(Some(User {
                id: UserId::from_stored(inserted.last_insert_id),
                subject: user.subject.clone(),
                email: user.email.clone(),
                role: user.role,
                is_active: true,
                email_verified: false,
                email_notifications: true,
                locale: None,
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
        let row = ActiveModel {
            email: Set(user.email.as_str().to_owned()),
            role: Set(user.role.into()),
            is_active: Set(user.is_active),
            email_verified: Set(user.email_verified),
            email_notifications: Set(user.email_notifications),
            locale: Set(user.locale.as_ref().map(|locale| locale.as_str().to_owned())),
            ..Default::default()
        };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(user.id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn find_password_hash(&self, id: UserId) -> Result<Option<PasswordHash>, RepositoryError> {
        let hash = Entity::find_by_id(id.get()).select_only().column(Column::PasswordHash);
        let hash = hash.into_tuple().one(&self.connection).await.map_err(repository_error)?;
        Ok(hash.map(PasswordHash::new))
    }

    async fn save_password_hash(&self, id: UserId, hash: &PasswordHash) -> Result<(), RepositoryError> {
        let row = ActiveModel { password_hash: Set(hash.expose().to_owned()), ..Default::default() };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}
