use async_trait::async_trait;
use domain::account::{NewRefreshToken, RefreshToken, RefreshTokenHash, RefreshTokenRepository, UserId};
use domain::{RepositoryError, Timestamp};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::Repositories;
use crate::entity::refresh_token::{ActiveModel, Column, Entity, Model};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl RefreshTokenRepository for Repositories<Transaction> {
    async fn add(&self, token: &NewRefreshToken) -> Result<(), RepositoryError> {
        let row = ActiveModel {
            user_id: Set(token.user_id.get()),
            token_hash: Set(token.hash.expose().to_owned()),
            family: Set(token.family.expose().to_owned()),
            created_at: Set(token.created_at),
            expires_at: Set(token.expires_at),
            ..Default::default()
        };
        Entity::insert(row).exec_without_returning(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn find(&self, hash: &RefreshTokenHash) -> Result<Option<RefreshToken>, RepositoryError> {
        let of_hash = Entity::find().filter(Column::TokenHash.eq(hash.expose()));
        Ok(of_hash.one(&self.connection).await.map_err(repository_error)?.map(RefreshToken::from))
    }

    async fn revoke(&self, hash: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        self.revoke_where(Column::TokenHash.eq(hash.expose()), now).await
    }

    async fn revoke_family(&self, family: &RefreshTokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        self.revoke_where(Column::Family.eq(family.expose()), now).await
    }

    async fn revoke_all(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError> {
        self.revoke_where(Column::UserId.eq(user_id.get()), now).await
    }
}

impl Repositories<Transaction> {
    async fn revoke_where(&self, condition: SimpleExpr, now: Timestamp) -> Result<(), RepositoryError> {
        Entity::update_many()
            .col_expr(Column::RevokedAt, Expr::value(now))
            .filter(condition)
            .filter(Column::RevokedAt.is_null())
            .exec(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(())
    }
}

impl From<Model> for RefreshToken {
    fn from(row: Model) -> Self {
        Self {
            user_id: UserId::from_stored(row.user_id),
            family: RefreshTokenHash::new(row.family),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}
