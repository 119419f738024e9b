use async_trait::async_trait;
use domain::delivery::{
    Attempt, ClaimedDelivery, DeliveryBatch, DeliveryId, DeliveryRepository, DeliveryState, DeliveryStatus,
    FanOutProgress, RetriedBatch, Settlement, SkipReason,
};
use domain::{RepositoryError, Timestamp};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::conversion::state;
use crate::Repositories;
use crate::entity::delivery::{ActiveModel, Column, Entity, Status};
use crate::entity::delivery_attempt;
use crate::error::repository_error;
use crate::transaction::Transaction;

#[async_trait]
impl DeliveryRepository for Repositories<Transaction> {
    async fn find_for_fan_out(&self, final_before: Timestamp) -> Result<Option<FanOutProgress>, RepositoryError> {
        self.find_due_fan_out(final_before).await.map_err(repository_error)
    }

    async fn add_batch(
        &self,
        progress: &FanOutProgress,
        limit: u32,
        now: Timestamp,
    ) -> Result<DeliveryBatch, RepositoryError> {
        self.add_delivery_batch(progress, limit, now).await.map_err(repository_error)
    }

    async fn save_fan_out(&self, progress: &FanOutProgress) -> Result<(), RepositoryError> {
        self.update_fan_out(progress).await.map_err(repository_error)
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedDelivery>, RepositoryError> {
        let due = Entity::find()
            .select_only()
            .column(Column::Id)
            // PostgreSQL uses the partial index only for a literal.
            .filter(Expr::cust("status = 'pending'"))
            .filter(Column::DueAt.lte(now))
            .filter(Column::ClaimedUntil.is_null().or(Column::ClaimedUntil.lte(now)))
            .order_by_asc(Column::DueAt)
            .order_by_asc(Column::Id)
            .limit(u64::from(limit))
            .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
        let ids: Vec<i64> = due.into_tuple().all(&self.connection).await.map_err(repository_error)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let claim = Entity::update_many()
            .col_expr(Column::ClaimedUntil, Expr::value(until))
            .filter(Column::Id.is_in(ids.iter().copied()));
        claim.exec(&self.connection).await.map_err(repository_error)?;
        Ok(ids.into_iter().map(|id| ClaimedDelivery { id: DeliveryId::from_stored(id), until }).collect())
    }

    async fn release(&self, claims: &[ClaimedDelivery]) -> Result<(), RepositoryError> {
        let held = claims.iter().fold(Condition::any(), |any, claim| any.add(is_held(claim)));
        let update = Entity::update_many().col_expr(Column::ClaimedUntil, no_claim()).filter(held);
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn find_for_settlement(&self, claim: &ClaimedDelivery) -> Result<Option<u32>, RepositoryError> {
        let attempts = Entity::find()
            .select_only()
            .column(Column::Attempts)
            .filter(is_held(claim))
            .lock(LockType::NoKeyUpdate)
            .into_tuple()
            .one(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(attempts.map(i32::unsigned_abs))
    }

    async fn save(&self, id: DeliveryId, settlement: &Settlement) -> Result<(), RepositoryError> {
        let Settlement { state, attempts, reason, attempt } = settlement;
        let mut row = ActiveModel {
            status: Set(state.status().into()),
            attempts: Set(i32::try_from(*attempts).unwrap_or(i32::MAX)),
            delivered_at: Set(state.delivered_at()),
            claimed_until: Set(None),
            reason: Set(reason.clone()),
            ..Default::default()
        };
        if let DeliveryState::Pending { due_at } = state {
            row.due_at = Set(*due_at);
        }
        let update = Entity::update_many().set(row).filter(Column::Id.eq(id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        if let Some(attempt) = attempt {
            self.add_attempt(id, attempt).await?;
        }
        Ok(())
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
        let mut update =
            Entity::update_many().set(retried(due_at)).filter(of_status).filter(Column::Id.between(first, last));
        if status == DeliveryStatus::Skipped {
            update = update.filter(Column::Reason.is_in(SkipReason::TEMPORARY.map(|reason| reason.to_string())));
        }
        let result = update.exec(&self.connection).await.map_err(repository_error)?;
        let next = (ids.len() == limit as usize).then(|| DeliveryId::from_stored(last));
        Ok(RetriedBatch { retried: result.rows_affected, next })
    }
}

impl Repositories<Transaction> {
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

/// Returns the condition that a delivery is pending and this claim holds. Claims of the same delivery have different ends.
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
