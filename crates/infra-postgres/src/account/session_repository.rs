use async_trait::async_trait;
use domain::account::{
    NewRefreshToken, NewSession, RefreshToken, Session, SessionId, SessionRepository, TokenHash, UserId,
};
use domain::{RepositoryError, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, UpdateMany,
};

use crate::Repositories;
use crate::entity::refresh_token;
use crate::entity::session::{ActiveModel, Column, Entity};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl SessionRepository for Repositories<Transaction> {
    async fn add(&self, session: &NewSession) -> Result<SessionId, RepositoryError> {
        let row = ActiveModel {
            user_id: Set(session.user_id.get()),
            created_at: Set(session.created_at),
            last_used_at: Set(session.created_at),
            expires_at: Set(session.expires_at),
            address: Set(session.client.address.map(|address| address.to_string())),
            user_agent: Set(session.client.user_agent.as_ref().map(|agent| agent.as_str().to_owned())),
            ..Default::default()
        };
        let inserted = Entity::insert(row).exec(&self.connection).await.map_err(repository_error)?;
        Ok(SessionId::from_stored(inserted.last_insert_id))
    }

    async fn delete_surplus(&self, user_id: UserId, keep: u32) -> Result<(), RepositoryError> {
        let surplus = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::UserId.eq(user_id.get()))
            .order_by(Column::EndedAt.is_not_null(), Order::Asc)
            .order_by_desc(Column::LastUsedAt)
            .order_by_desc(Column::Id)
            .offset(u64::from(keep))
            // SQLite has no OFFSET without a LIMIT.
            .limit(i64::MAX.unsigned_abs())
            .into_query();
        let delete = Entity::delete_many().filter(Column::Id.in_subquery(surplus));
        delete.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn save_renewed(&self, session: &Session) -> Result<(), RepositoryError> {
        let row = ActiveModel {
            last_used_at: Set(session.last_used_at),
            expires_at: Set(session.expires_at),
            ..Default::default()
        };
        let update = Entity::update_many().set(row).filter(Column::Id.eq(session.id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn end(&self, id: SessionId, user_id: UserId, now: Timestamp) -> Result<bool, RepositoryError> {
        let update = end_all_of(user_id, now).filter(Column::Id.eq(id.get())).filter(Column::ExpiresAt.gt(now));
        let result = update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(result.rows_affected > 0)
    }

    async fn end_all(&self, user_id: UserId, kept: Option<SessionId>, now: Timestamp) -> Result<(), RepositoryError> {
        let mut update = end_all_of(user_id, now);
        if let Some(kept) = kept {
            update = update.filter(Column::Id.ne(kept.get()));
        }
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn add_token(&self, token: &NewRefreshToken) -> Result<(), RepositoryError> {
        let row = refresh_token::ActiveModel {
            session_id: Set(token.session_id.get()),
            token_hash: Set(token.hash.expose().to_owned()),
            created_at: Set(token.created_at),
            expires_at: Set(token.expires_at),
            ..Default::default()
        };
        let insert = refresh_token::Entity::insert(row);
        insert.exec_without_returning(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn find_token(&self, hash: &TokenHash) -> Result<Option<RefreshToken>, RepositoryError> {
        let of_hash = refresh_token::Entity::find()
            .filter(refresh_token::Column::TokenHash.eq(hash.expose()))
            .find_also_related(Entity);
        let row = of_hash.one(&self.connection).await.map_err(repository_error)?;
        Ok(row.and_then(|(token, session)| {
            let session = Session::from(&session?);
            Some(RefreshToken { session, expires_at: token.expires_at, used_at: token.used_at })
        }))
    }

    async fn save_used(&self, hash: &TokenHash, now: Timestamp) -> Result<(), RepositoryError> {
        use refresh_token::Column;

        let row = refresh_token::ActiveModel { used_at: Set(Some(now)), ..Default::default() };
        let of_hash = refresh_token::Entity::update_many().set(row).filter(Column::TokenHash.eq(hash.expose()));
        of_hash.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}

/// Ends the sessions of an account that were not ended before.
fn end_all_of(user_id: UserId, now: Timestamp) -> UpdateMany<Entity> {
    Entity::update_many()
        .set(ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(Column::UserId.eq(user_id.get()))
        .filter(Column::EndedAt.is_null())
}
