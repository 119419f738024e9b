use std::collections::HashMap;

use domain::book::{BookId, RestockId, StockQuantity, Title};
use domain::delivery::{DeliveryCounts, RestockQuery, RestockReport};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{ExprTrait, Func, Query};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};

use crate::Store;
use crate::entity::delivery::Status;
use crate::entity::{book, delivery, pre_booking_status, restock};

#[derive(FromQueryResult)]
struct Row {
    id: i64,
    book_id: i64,
    title: String,
    quantity: i32,
    restocked_at: DateTimeUtc,
}

impl Store {
    /// Returns restocks, newest first, with the number of users that each notified and the states of their deliveries.
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
        // Count the deliveries first: the pre-bookings of deliveries that are added meanwhile are notified by then.
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
                // Deliveries that are not created yet are pending as well.
                deliveries: DeliveryCounts { pending: notified.saturating_sub(settled), ..counted },
            }
        };
        Ok(rows.into_iter().map(report).collect())
    }

    async fn count_notified(&self, restocks: &[i64]) -> Result<HashMap<i64, u64>, DbErr> {
        use pre_booking_status::{Column, Entity};

        let notified = Query::select()
            .expr(Func::count(Column::PreBookingId.into_expr()))
            .from(Entity)
            .and_where(Column::BookId.into_expr().equals(restock::Column::BookId.as_column_ref()))
            .and_where(Column::Round.into_expr().equals(restock::Column::Round.as_column_ref()))
            .and_where(Column::NotifiedAt.is_not_null())
            .take();
        let counts: Vec<(i64, i64)> = restock::Entity::find()
            .select_only()
            .column(restock::Column::Id)
            .expr_as(notified, "notified")
            .filter(restock::Column::Id.is_in(restocks.iter().copied()))
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
