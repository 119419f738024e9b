use async_trait::async_trait;
use domain::account::{ListedSession, Session, SessionId, SessionReader, User, UserId};
use domain::{RepositoryError, Timestamp};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Store;
use crate::entity::session::{Column, Entity};
use crate::entity::user;
use crate::error::repository_error;

#[async_trait]
impl SessionReader for Store {
    async fn find(&self, id: SessionId) -> Result<Option<(Session, User)>, RepositoryError> {
        let with_user = Entity::find_by_id(id.get()).find_also_related(user::Entity);
        let row = with_user.one(&self.connection).await.map_err(repository_error)?;
        Ok(row.and_then(|(session, user)| Some((Session::from(&session), User::from(user?)))))
    }

    async fn list_live(&self, user_id: UserId, now: Timestamp) -> Result<Vec<ListedSession>, RepositoryError> {
        let live = Entity::find()
            .filter(Column::UserId.eq(user_id.get()))
            .filter(Column::EndedAt.is_null())
            .filter(Column::ExpiresAt.gt(now))
            .order_by_desc(Column::LastUsedAt)
            .order_by_desc(Column::Id);
        let rows = live.all(&self.connection).await.map_err(repository_error)?;
        Ok(rows.into_iter().map(ListedSession::from).collect())
    }
}
