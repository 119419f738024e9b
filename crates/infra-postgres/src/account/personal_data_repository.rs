use async_trait::async_trait;
use domain::account::{Email, PersonalDataRepository, UserId};
use domain::delivery::SkipReason;
use domain::{RepositoryError, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::Repositories;
use crate::entity::delivery::{self, Status};
use crate::entity::{account_mail, link, pre_booking, session};
use crate::error::repository_error;
use crate::pre_booking::restock_of_round;
use crate::transaction::Transaction;

#[async_trait]
impl PersonalDataRepository for Repositories<Transaction> {
    async fn forget_traces(&self, user_id: UserId, email: &Email) -> Result<(), RepositoryError> {
        let links = link::Entity::delete_many().filter(link::Column::UserId.eq(user_id.get()));
        links.exec(&self.connection).await.map_err(repository_error)?;
        let mails = account_mail::Entity::delete_many().filter(account_mail::Column::Email.eq(email.as_str()));
        mails.exec(&self.connection).await.map_err(repository_error)?;
        let anonymous = session::ActiveModel { address: Set(None), user_agent: Set(None), ..Default::default() };
        let sessions = session::Entity::update_many().set(anonymous).filter(session::Column::UserId.eq(user_id.get()));
        sessions.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn cancel_waiting(&self, user_id: UserId, now: Timestamp) -> Result<(), RepositoryError> {
        let row = pre_booking::ActiveModel { cancelled_at: Set(Some(now)), ..Default::default() };
        let update = pre_booking::Entity::update_many()
            .set(row)
            .filter(pre_booking::Column::UserId.eq(user_id.get()))
            .filter(pre_booking::Column::CancelledAt.is_null())
            .filter(Expr::exists(restock_of_round()).not());
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }

    async fn skip_pending(&self, user_id: UserId, reason: SkipReason) -> Result<(), RepositoryError> {
        let of_user = Query::select()
            .column(pre_booking::Column::Id)
            .from(pre_booking::Entity)
            .and_where(pre_booking::Column::UserId.eq(user_id.get()))
            .take();
        let row = delivery::ActiveModel {
            status: Set(Status::Skipped),
            claimed_until: Set(None),
            reason: Set(Some(reason.to_string())),
            ..Default::default()
        };
        let update = delivery::Entity::update_many()
            .set(row)
            .filter(delivery::Column::PreBookingId.in_subquery(of_user))
            .filter(delivery::Column::Status.eq(Status::Pending));
        update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(())
    }
}
