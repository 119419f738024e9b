use async_trait::async_trait;
use domain::{LeftoverRepository, RepositoryError, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::Repositories;
use crate::entity::{account_mail, link, refresh_token, session};
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl LeftoverRepository for Repositories<Transaction> {
    async fn delete_sessions(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError> {
        use session::{Column, Entity};
        self.delete_batch::<Entity>(Column::Id, Column::ExpiresAt.lte(now), limit).await
    }

    async fn delete_refresh_tokens(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError> {
        use refresh_token::{Column, Entity};
        self.delete_batch::<Entity>(Column::Id, Column::ExpiresAt.lte(now), limit).await
    }

    async fn delete_links(&self, now: Timestamp, limit: u32) -> Result<u64, RepositoryError> {
        use link::{Column, Entity};
        self.delete_batch::<Entity>(Column::Id, Column::ExpiresAt.lte(now), limit).await
    }

    async fn forget_account_mails(&self, before: Timestamp, limit: u32) -> Result<u64, RepositoryError> {
        use account_mail::{Column, Entity};
        // PostgreSQL uses the partial index only for a literal.
        let settled = Expr::cust("status <> 'pending'").and(Column::CreatedAt.lte(before));
        self.delete_batch::<Entity>(Column::Id, settled, limit).await
    }
}

impl Repositories<Transaction> {
    /// Deletes up to `limit` rows that match a condition, and returns their number.
    async fn delete_batch<E: EntityTrait>(
        &self,
        id: E::Column,
        condition: SimpleExpr,
        limit: u32,
    ) -> Result<u64, RepositoryError> {
        let batch = E::find().select_only().column(id).filter(condition).limit(u64::from(limit)).into_query();
        let delete = E::delete_many().filter(id.in_subquery(batch));
        Ok(delete.exec(&self.connection).await.map_err(repository_error)?.rows_affected)
    }
}
