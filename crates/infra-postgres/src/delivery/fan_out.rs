use domain::Timestamp;
use domain::book::{BookId, RestockId, Round};
use domain::delivery::{DeliveryBatch, FanOutProgress};
use domain::pre_booking::PreBookingId;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::Repositories;
use crate::entity::delivery::{Column, Entity};
use crate::entity::{pre_booking, pre_booking_status, restock};
use crate::transaction::Transaction;

impl Repositories<Transaction> {
    pub(super) async fn find_due_fan_out(&self, final_before: Timestamp) -> Result<Option<FanOutProgress>, DbErr> {
        use restock::Column;

        let first_walk_ended_at = Func::coalesce([Expr::col(Column::FirstWalkEndedAt), Expr::col(Column::RestockedAt)]);
        // PostgreSQL uses the partial index only for literals.
        let is_due = Condition::any()
            .add(Expr::cust("fan_out_stage = 'first'"))
            .add(Expr::from(first_walk_ended_at).lte(final_before));
        let row = restock::Entity::find()
            .filter(Expr::cust("fan_out_stage <> 'done'"))
            .filter(is_due)
            .order_by_asc(Column::RestockedAt)
            .order_by_asc(Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
            .one(&self.connection)
            .await?;
        Ok(row.map(FanOutProgress::from))
    }

    pub(super) async fn add_delivery_batch(
        &self,
        progress: &FanOutProgress,
        limit: u32,
        now: Timestamp,
    ) -> Result<DeliveryBatch, DbErr> {
        use pre_booking::Column as Placed;
        use pre_booking_status::Column as Notified;

        let (book_id, restock_id) = (progress.book_id.get(), progress.restock_id.get());
        let after = progress.after.map_or(0, PreBookingId::get);
        let ids: Vec<i64> = pre_booking::Entity::find()
            .select_only()
            .column(Placed::Id)
            .filter(Placed::BookId.eq(book_id))
            .filter(Placed::Round.eq(progress.round.get()))
            .filter(Placed::Id.gt(after))
            .order_by_asc(Placed::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(&self.connection)
            .await?;
        let Some(&last) = ids.last() else { return Ok(DeliveryBatch { last: None, is_full: false }) };

        let notified = Query::select()
            .column(Notified::PreBookingId)
            .expr(Expr::value(restock_id))
            .column(Notified::BookId)
            .expr(Expr::value(now))
            .expr(Expr::value(now))
            .from(pre_booking_status::Entity)
            .and_where(Notified::BookId.eq(book_id))
            .and_where(Notified::Round.eq(progress.round.get()))
            .and_where(Notified::PreBookingId.gt(after))
            .and_where(Notified::PreBookingId.lte(last))
            .and_where(Notified::NotifiedAt.is_not_null())
            .take();
        let insert = Query::insert()
            .into_table(Entity)
            .columns([Column::PreBookingId, Column::RestockId, Column::BookId, Column::DueAt, Column::CreatedAt])
            .select_from(notified)
            .map_err(|error| DbErr::Custom(error.to_string()))?
            .on_conflict(OnConflict::column(Column::PreBookingId).do_nothing().to_owned())
            .take();
        self.connection.execute(&insert).await?;
        Ok(DeliveryBatch { last: Some(PreBookingId::from_stored(last)), is_full: ids.len() == limit as usize })
    }

    pub(super) async fn update_fan_out(&self, progress: &FanOutProgress) -> Result<(), DbErr> {
        let row = restock::ActiveModel {
            fan_out_stage: Set(progress.stage.into()),
            fan_out_after: Set(progress.after.map_or(0, PreBookingId::get)),
            first_walk_ended_at: Set(progress.first_walk_ended_at),
            ..Default::default()
        };
        let of_restock = restock::Column::Id.eq(progress.restock_id.get());
        restock::Entity::update_many().set(row).filter(of_restock).exec(&self.connection).await?;
        Ok(())
    }
}

impl From<restock::Model> for FanOutProgress {
    fn from(row: restock::Model) -> Self {
        Self {
            restock_id: RestockId::from_stored(row.id),
            book_id: BookId::from_stored(row.book_id),
            round: Round::from_stored(row.round),
            stage: row.fan_out_stage.into(),
            after: PreBookingId::new(row.fan_out_after).ok(),
            first_walk_ended_at: row.first_walk_ended_at,
        }
    }
}
