use anyhow::anyhow;
use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::{Email, UserId};
use domain::audit::{Action, AuditQuery, AuditReader, AuditRecord, AuditRecordId, Change, Origin};
use domain::book::BookId;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};

use crate::Store;
use crate::entity::audit_record::{Column, Entity, Model, Relation};
use crate::entity::user;
use crate::error::repository_error;

#[async_trait]
impl AuditReader for Store {
    async fn list(&self, query: &AuditQuery) -> Result<Vec<AuditRecord>, RepositoryError> {
        let mut matching = Entity::find().join(JoinType::LeftJoin, Relation::Actor.def()).select_also(user::Entity);
        if let Some(actor_id) = query.actor_id {
            matching = matching.filter(Column::ActorId.eq(actor_id.get()));
        }
        if let Some(action) = query.action {
            matching = matching.filter(Column::Action.eq(action.as_str()));
        }
        if let Some(book_id) = query.book_id {
            matching = matching.filter(Column::BookId.eq(book_id.get()));
        }
        if let Some(user_id) = query.user_id {
            matching = matching.filter(Column::UserId.eq(user_id.get()));
        }
        if let Some(after) = query.after {
            matching = matching.filter(Column::Id.lt(after.get()));
        }
        let rows = matching
            .order_by_desc(Column::Id)
            .limit(u64::from(query.limit.get()) + 1)
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        rows.into_iter().map(|(row, actor)| record(row, actor.map(|actor| actor.email))).collect()
    }
}

fn record(row: Model, actor_email: Option<String>) -> Result<AuditRecord, RepositoryError> {
    let unknown = || RepositoryError::Failed(anyhow!("the audit record {} has an unknown action", row.id));
    let action = Action::ALL.into_iter().find(|action| action.as_str() == row.action).ok_or_else(unknown)?;
    let details = serde_json::from_str(&row.details).map_err(|error| RepositoryError::Failed(error.into()))?;
    Ok(AuditRecord {
        id: AuditRecordId::from_stored(row.id),
        at: row.at,
        origin: Origin {
            actor_id: row.actor_id.map(UserId::from_stored),
            request_id: row.request_id,
            address: row.address.and_then(|address| address.parse().ok()),
        },
        actor_email: actor_email.map(Email::from_stored),
        change: Change {
            action,
            book_id: row.book_id.map(BookId::from_stored),
            user_id: row.user_id.map(UserId::from_stored),
            details,
        },
    })
}
