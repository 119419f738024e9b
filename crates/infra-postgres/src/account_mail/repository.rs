use async_trait::async_trait;
use domain::account::User;
use domain::account_mail::{AccountMail, AccountMailId, AccountMailRepository, ClaimedAccountMail, NewAccountMail};
use domain::delivery::{DeliveryState, Settlement};
use domain::{RepositoryError, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use crate::Repositories;
use crate::entity::account_mail::{ActiveModel, Column, Entity};
use crate::entity::delivery::Status;
use crate::entity::user;
use crate::error::repository_error;
use crate::transaction::Transaction;

/// PostgreSQL uses the partial indexes only for a literal.
const PENDING: &str = "status = 'pending'";

#[async_trait]
impl AccountMailRepository for Repositories<Transaction> {
    async fn add(&self, mail: &NewAccountMail) -> Result<(), RepositoryError> {
        let row = ActiveModel {
            email: Set(mail.email.as_str().to_owned()),
            purpose: Set(mail.purpose.into()),
            status: Set(Status::Pending),
            due_at: Set(mail.created_at),
            created_at: Set(mail.created_at),
            ..Default::default()
        };
        let other = OnConflict::columns([Column::Email, Column::Purpose])
            .target_and_where(Expr::cust(PENDING))
            .do_nothing()
            .to_owned();
        let insert = Entity::insert(row).on_conflict(other).into_query();
        self.signal.insert_and_notify(&self.connection, insert).await.map_err(repository_error)
    }

    async fn claim_due(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ClaimedAccountMail>, RepositoryError> {
        let due = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Expr::cust(PENDING))
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
        let row = ActiveModel { claimed_until: Set(Some(until)), ..Default::default() };
        let claim = Entity::update_many().set(row).filter(Column::Id.is_in(ids.iter().copied()));
        claim.exec(&self.connection).await.map_err(repository_error)?;
        Ok(ids.into_iter().map(|id| ClaimedAccountMail { id: AccountMailId::from_stored(id), until }).collect())
    }

    async fn release(&self, claims: &[ClaimedAccountMail]) -> Result<(), RepositoryError> {
        let held = claims.iter().fold(Condition::any(), |any, claim| any.add(is_held(claim)));
        let row = ActiveModel { claimed_until: Set(None), ..Default::default() };
        let update = Entity::update_many().set(row).filter(held);
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn find_claimed(&self, claim: &ClaimedAccountMail) -> Result<Option<AccountMail>, RepositoryError> {
        let claimed = Entity::find().filter(is_held(claim)).find_also_related(user::Entity);
        let found = claimed.one(&self.connection).await.map_err(repository_error)?;
        Ok(found.map(|(mail, user)| AccountMail {
            id: AccountMailId::from_stored(mail.id),
            purpose: mail.purpose.into(),
            user: user.map(User::from),
        }))
    }

    async fn find_for_settlement(&self, claim: &ClaimedAccountMail) -> Result<Option<u32>, RepositoryError> {
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

    async fn save(&self, id: AccountMailId, settlement: &Settlement) -> Result<(), RepositoryError> {
        let Settlement { state, attempts, reason, .. } = settlement;
        let mut row = ActiveModel {
            status: Set(state.status().into()),
            attempts: Set(i32::try_from(*attempts).unwrap_or(i32::MAX)),
            claimed_until: Set(None),
            reason: Set(reason.clone()),
            ..Default::default()
        };
        if let DeliveryState::Pending { due_at } = state {
            row.due_at = Set(*due_at);
        }
        let update = Entity::update_many().set(row).filter(Column::Id.eq(id.get()));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}

/// Returns the condition that a mail is pending and this claim holds. Claims of the same mail have different ends.
fn is_held(claim: &ClaimedAccountMail) -> Condition {
    Condition::all()
        .add(Column::Id.eq(claim.id.get()))
        .add(Column::Status.eq(Status::Pending))
        .add(Column::ClaimedUntil.eq(claim.until))
}
