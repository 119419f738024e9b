use std::collections::HashMap;

use domain::book::{BookId, RestockId, StockQuantity, Title};
use domain::delivery::{DeliveryCounts, RestockQuery, RestockReport};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};

use crate::Repositories;
use crate::entity::delivery::Status;
use crate::entity::{book, delivery, pre_booking, restock};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    book_id: i64,
    title: String,
    quantity: i32,
    restocked_at: DateTimeUtc,
}

impl<C: ConnectionTrait + Send> Repositories<C> {
    /// Restocks, newest first, with whom they notified and how far the deliveries are.
    pub(super) async fn report_restocks(&self, query: &RestockQuery) -> Result<Vec<RestockReport>, DbErr> {
        let mut matching = restock::Entity::find()
            .column(book::Column::Title)
            .join(JoinType::InnerJoin, restock::Relation::Book.def())
            .order_by_desc(restock::Column::Id)
            .limit(u64::from(query.limit.get()) + 1);
        if let Some(book_id) = query.book_id {
            matching = matching.filter(restock::Column::BookId.eq(book_id.get()));
        }
        if let Some(after) = query.after {
            matching = matching.filter(restock::Column::Id.lt(after.get()));
        }
        let rows = matching.into_model::<Row>().all(&self.connection).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        // The deliveries are counted first: those that are made meanwhile are notified by then.
        let mut deliveries = self.count_deliveries(&ids).await?;
        let mut notified = self.count_notified(&ids).await?;
        let report = |row: Row| {
            let notified = notified.remove(&row.id).unwrap_or_default();
            let counted = deliveries.remove(&row.id).unwrap_or_default();
            let settled = counted.delivered + counted.failed + counted.skipped;
            RestockReport {
                id: RestockId::from_stored(row.id),
                book_id: BookId::from_stored(row.book_id),
                title: Title::from_stored(row.title),
                quantity: StockQuantity::from_stored(row.quantity),
                restocked_at: row.restocked_at,
                notified,
                // Those that are not made yet are pending as well.
                deliveries: DeliveryCounts { pending: notified.saturating_sub(settled), ..counted },
            }
        };
        Ok(rows.into_iter().map(report).collect())
    }

    async fn count_notified(&self, restocks: &[i64]) -> Result<HashMap<i64, u64>, DbErr> {
        let was_notified = pre_booking::Column::CancelledAt.is_null().or(pre_booking::Column::WasNotified.eq(true));
        let counts: Vec<(i64, i64)> = pre_booking::Entity::find()
            .select_only()
            .column(restock::Column::Id)
            .column_as(pre_booking::Column::Id.count(), "notified")
            .join(JoinType::InnerJoin, pre_booking::Relation::Restock.def())
            .filter(restock::Column::Id.is_in(restocks.iter().copied()))
            .filter(was_notified)
            .group_by(restock::Column::Id)
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(counts.into_iter().map(|(restock, notified)| (restock, notified.unsigned_abs())).collect())
    }

    async fn count_deliveries(&self, restocks: &[i64]) -> Result<HashMap<i64, DeliveryCounts>, DbErr> {
        use delivery::Column;

        let counts: Vec<(i64, Status, i64)> = delivery::Entity::find()
            .select_only()
            .columns([Column::RestockId, Column::Status])
            .column_as(Column::Id.count(), "deliveries")
            .filter(Column::RestockId.is_in(restocks.iter().copied()))
            .group_by(Column::RestockId)
            .group_by(Column::Status)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let mut of_restocks = HashMap::<i64, DeliveryCounts>::new();
        for (restock, status, number) in counts {
            let counts = of_restocks.entry(restock).or_default();
            let count = match status {
                Status::Pending => &mut counts.pending,
                Status::Delivered => &mut counts.delivered,
                Status::Failed => &mut counts.failed,
                Status::Skipped => &mut counts.skipped,
            };
            *count = number.unsigned_abs();
        }
        Ok(of_restocks)
    }
}
