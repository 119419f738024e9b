use async_trait::async_trait;
use domain::book::{BookId, RestockId, Round};
use domain::delivery::{
    Attempt, ClaimedDelivery, DeliveryBatch, DeliveryId, DeliveryRepository, DeliveryState, DeliveryStatus,
    FanOutProgress, RetriedBatch, Settlement,
};
use domain::pre_booking::PreBookingId;
use domain::{RepositoryError, Timestamp};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::conversion::state;
use crate::Repositories;
use crate::entity::delivery::{ActiveModel, Column, Entity, Status};
use crate::entity::{delivery_attempt, pre_booking, restock};
use crate::error::repository_error;

#[async_trait]
impl<C: ConnectionTrait + Send> DeliveryRepository for Repositories<C> {
    async fn find_for_fan_out(&self, final_before: Timestamp) -> Result<Option<FanOutProgress>, RepositoryError> {
        use restock::Column;

        // The literals let the partial index serve, which a bound value would not.
        let has_its_turn =
            Condition::any().add(Expr::cust("fan_out_stage = 'first'")).add(Column::RestockedAt.lte(final_before));
        let row = restock::Entity::find()
            .filter(Expr::cust("fan_out_stage <> 'done'"))
            .filter(has_its_turn)
            .order_by_asc(Column::RestockedAt)
            .order_by_asc(Column::Id)
            .limit(1)
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked)
            .one(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(row.map(|row| FanOutProgress {
            restock_id: RestockId::from_stored(row.id),
            book_id: BookId::from_stored(row.book_id),
            round: Round::from_stored(row.round),
            stage: row.fan_out_stage.into(),
            after: PreBookingId::new(row.fan_out_after).ok(),
        }))
    }

    async fn add_batch(
        &self,
        progress: &FanOutProgress,
        limit: u32,
        now: Timestamp,
    ) -> Result<DeliveryBatch, RepositoryError> {
        use pre_booking::Column as Placed;

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
            .await
            .map_err(repository_error)?;
        let Some(&last) = ids.last() else { return Ok(DeliveryBatch { last: None, is_full: false }) };

        let notified = Query::select()
            .column(Placed::Id)
            .expr(Expr::value(restock_id))
            .column(Placed::BookId)
            .expr(Expr::value(now))
            .expr(Expr::value(now))
            .from(pre_booking::Entity)
            .and_where(Placed::BookId.eq(book_id))
            .and_where(Placed::Round.eq(progress.round.get()))
            .and_where(Placed::Id.gt(after))
            .and_where(Placed::Id.lte(last))
            // One that was cancelled while it waited was never notified.
            .and_where(Placed::CancelledAt.is_null().or(Placed::WasNotified.eq(true)))
            .take();
        let insert = Query::insert()
            .into_table(Entity)
            .columns([Column::PreBookingId, Column::RestockId, Column::BookId, Column::DueAt, Column::CreatedAt])
            .select_from(notified)
            .map_err(|error| RepositoryError::Failed(error.into()))?
            .on_conflict(OnConflict::column(Column::PreBookingId).do_nothing().to_owned())
            .take();
        self.connection.execute(&insert).await.map_err(repository_error)?;
        Ok(DeliveryBatch { last: Some(PreBookingId::from_stored(last)), is_full: ids.len() == limit as usize })
    }

    async fn save_fan_out(&self, progress: &FanOutProgress) -> Result<(), RepositoryError> {
        let row = restock::ActiveModel {
            fan_out_stage: Set(progress.stage.into()),
            fan_out_after: Set(progress.after.map_or(0, PreBookingId::get)),
            ..Default::default()
        };
        let of_restock = restock::Column::Id.eq(progress.restock_id.get());
        let update = restock::Entity::update_many().set(row).filter(of_restock);
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, RepositoryError> {
        let due = Entity::find()
            .select_only()
            .columns([Column::Id, Column::Attempts])
            // A literal, for the partial index.
            .filter(Expr::cust("status = 'pending'"))
            .filter(Column::DueAt.lte(now))
            .filter(Column::ClaimedUntil.is_null().or(Column::ClaimedUntil.lte(now)))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(limit))
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        let rows: Vec<(i64, i32)> = due.into_tuple().all(&self.connection).await.map_err(repository_error)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let claim = Entity::update_many()
            .col_expr(Column::ClaimedUntil, Expr::value(until))
            .filter(Column::Id.is_in(rows.iter().map(|(id, _)| *id)));
        claim.exec(&self.connection).await.map_err(repository_error)?;
        let claimed = |(id, attempts): (i64, i32)| ClaimedDelivery {
            id: DeliveryId::from_stored(id),
            attempts: attempts.unsigned_abs(),
            until,
        };
        Ok(rows.into_iter().map(claimed).collect())
    }

    async fn release(&self, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError> {
        let held = claims.iter().fold(Condition::any(), |any, claim| any.add(is_held(claim)));
        let update = Entity::update_many().col_expr(Column::ClaimedUntil, no_claim()).filter(held);
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn save(&self, settlement: &Settlement) -> Result<bool, RepositoryError> {
        let Settlement { claim, state, reason, attempt } = settlement;
        let mut row = ActiveModel {
            status: Set(state.status().into()),
            delivered_at: Set(state.delivered_at()),
            claimed_until: Set(None),
            reason: Set(reason.clone()),
            ..Default::default()
        };
        if let DeliveryState::Pending { due_at } = state {
            row.due_at = Set(*due_at);
        }
        let mut update = Entity::update_many().set(row).filter(is_held(claim));
        if attempt.is_some() {
            update = update.col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
        }
        let result = update.exec(&self.connection).await.map_err(repository_error)?;
        if result.rows_affected == 0 {
            return Ok(false);
        }
        if let Some(attempt) = attempt {
            self.add_attempt(claim.id, attempt).await?;
        }
        Ok(true)
    }

    async fn find_for_retry(&self, id: DeliveryId) -> Result<Option<DeliveryState>, RepositoryError> {
        let locked = Entity::find_by_id(id.get()).lock(LockType::NoKeyUpdate);
        let row = locked.one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(|row| state(row.status, row.due_at, row.delivered_at)))
    }

    async fn save_retried(&self, id: DeliveryId, due_at: Timestamp) -> Result<(), RepositoryError> {
        let update = Entity::update_many().set(retried(due_at)).filter(Column::Id.eq(id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn retry_batch(
        &self,
        status: DeliveryStatus,
        after: Option<DeliveryId>,
        limit: u32,
        due_at: Timestamp,
    ) -> Result<RetriedBatch, RepositoryError> {
        let of_status = Column::Status.eq(Status::from(status));
        let ids: Vec<i64> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(of_status.clone())
            .filter(Column::Id.gt(after.map_or(0, DeliveryId::get)))
            .order_by_asc(Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        let (Some(&first), Some(&last)) = (ids.first(), ids.last()) else {
            return Ok(RetriedBatch { retried: 0, next: None });
        };
        let update =
            Entity::update_many().set(retried(due_at)).filter(of_status).filter(Column::Id.between(first, last));
        let result = update.exec(&self.connection).await.map_err(repository_error)?;
        let next = (ids.len() == limit as usize).then(|| DeliveryId::from_stored(last));
        Ok(RetriedBatch { retried: result.rows_affected, next })
    }
}

impl<C: ConnectionTrait + Send> Repositories<C> {
    async fn add_attempt(&self, id: DeliveryId, attempt: &Attempt) -> Result<(), RepositoryError> {
        let row = delivery_attempt::ActiveModel {
            delivery_id: Set(id.get()),
            attempted_at: Set(attempt.attempted_at),
            outcome: Set(attempt.outcome.into()),
            answer: Set(attempt.answer.clone()),
            ..Default::default()
        };
        let insert = delivery_attempt::Entity::insert(row);
        insert.exec_without_returning(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}

/// Whether a delivery is still to be sent, under this very claim. Claims of one delivery end at different times.
fn is_held(claim: &ClaimedDelivery) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claim.id.get()))
        .add(Column::Status.eq(Status::Pending))
        .add(Column::ClaimedUntil.eq(claim.until))
}

fn no_claim() -> Expr {
    Expr::value(Option::<DateTimeUtc>::None)
}

fn retried(due_at: Timestamp) -> ActiveModel {
    ActiveModel {
        status: Set(Status::Pending),
        due_at: Set(due_at),
        attempts: Set(0),
        reason: Set(None),
        ..Default::default()
    }
}
