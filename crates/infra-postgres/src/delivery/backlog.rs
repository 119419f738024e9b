use async_trait::async_trait;
use domain::RepositoryError;
use domain::delivery::{Backlog, BacklogReader};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait,
};

use crate::Store;
use crate::entity::delivery::{Column, Entity, Relation};
use crate::entity::restock;
use crate::error::repository_error;

/// PostgreSQL uses the partial indexes only for literals.
const IS_PENDING: &str = "status = 'pending'";
const IS_OPEN: &str = "fan_out_stage <> 'done' AND fan_out_stage = 'first'";

#[async_trait]
impl BacklogReader for Store {
    async fn read_backlog(&self) -> Result<Backlog, RepositoryError> {
        let pending = self.count_pending().await.map_err(repository_error)?;
        let oldest = [self.oldest_pending().await, self.oldest_without_deliveries().await];
        let [pending_since, open_since] = oldest.map(|found| found.map_err(repository_error));
        let waiting_since = [pending_since?, open_since?].into_iter().flatten().min();
        Ok(Backlog { pending, waiting_since })
    }
}

impl Store {
    async fn count_pending(&self) -> Result<u64, DbErr> {
        let first = Entity::find().select_only().column(Column::DueAt).filter(Expr::cust(IS_PENDING));
        let first = first.limit(Backlog::MAX_COUNTED).into_query();
        let number = Query::select().expr(Expr::cust("count(*)")).from_subquery(first, "first").take();
        let row = self.connection.query_one(&number).await?;
        let number: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(number.unsigned_abs())
    }

    /// Returns the time of the restock that the oldest pending delivery belongs to.
    async fn oldest_pending(&self) -> Result<Option<DateTimeUtc>, DbErr> {
        let oldest = Entity::find()
            .select_only()
            .column(restock::Column::RestockedAt)
            .join(JoinType::InnerJoin, Relation::Restock.def())
            .filter(Expr::cust(IS_PENDING))
            .order_by_asc(Column::Id)
            .limit(1);
        oldest.into_tuple().one(&self.connection).await
    }

    /// Returns the time of the oldest restock whose deliveries are not all created.
    async fn oldest_without_deliveries(&self) -> Result<Option<DateTimeUtc>, DbErr> {
        let oldest = restock::Entity::find()
            .select_only()
            .column(restock::Column::RestockedAt)
            .filter(Expr::cust(IS_OPEN))
            .order_by_asc(restock::Column::RestockedAt)
            .order_by_asc(restock::Column::Id)
            .limit(1);
        oldest.into_tuple().one(&self.connection).await
    }
}
