use std::num::NonZeroU32;

use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::UserId;
use domain::book::{BookId, Round};
use domain::pre_booking::{
    AddedPreBooking, Cancellation, NewPreBooking, PreBooking, PreBookingId, PreBookingRepository, PreBookingState,
    PreBookingStatus,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
};

use crate::Store;
use crate::entity::pre_booking_status::{self, Column, Status};
use crate::entity::{book, pre_booking, restock};
use crate::error::{is_foreign_key_violation, repository_error};

#[async_trait]
impl PreBookingRepository for Store {
    async fn add(&self, placed: &NewPreBooking, max_waiting: NonZeroU32) -> Result<AddedPreBooking, RepositoryError> {
        use pre_booking::Column;

        let in_its_round = Query::select()
            .expr(Expr::value(placed.user_id.get()))
            .column(book::Column::Id)
            .column(book::Column::Round)
            .expr(Expr::value(placed.created_at))
            .from(book::Entity)
            .and_where(book::Column::Id.eq(placed.book_id.get()))
            .and_where(book::Column::Round.eq(placed.round.get()))
            .and_where(may_wait(placed.user_id, max_waiting, self.connection.get_database_backend()))
            .take();
        let waits_already = OnConflict::columns([Column::UserId, Column::BookId, Column::Round])
            .target_and_where(Expr::col(Column::CancelledAt).is_null())
            .do_nothing()
            .to_owned();
        let insert = Query::insert()
            .into_table(pre_booking::Entity)
            .columns([Column::UserId, Column::BookId, Column::Round, Column::CreatedAt])
            .select_from(in_its_round)
            .map_err(|error| RepositoryError::Failed(error.into()))?
            .on_conflict(waits_already)
            .returning_col(Column::Id)
            .take();
        // Read every row: SQLite commits after the last one, and the commit's error is reported there.
        let added = match self.connection.query_all(&insert).await {
            Ok(added) => added.into_iter().next(),
            // The book was deleted; users never are.
            Err(error) if is_foreign_key_violation(&error) => None,
            Err(error) => return Err(repository_error(error)),
        };
        let Some(added) = added else { return self.why_not_added(placed, max_waiting).await.map_err(repository_error) };
        Ok(AddedPreBooking::Added(PreBooking {
            id: PreBookingId::from_stored(added.try_get_by_index(0).map_err(repository_error)?),
            user_id: placed.user_id,
            book_id: placed.book_id,
            round: placed.round,
            created_at: placed.created_at,
            state: PreBookingState::Waiting,
        }))
    }

    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBooking>, RepositoryError> {
        let row = pre_booking::Entity::find_by_id(id.get())
            .filter(pre_booking::Column::UserId.eq(user_id.get()))
            .join(JoinType::LeftJoin, pre_booking::Relation::Restock.def())
            .select_also(restock::Entity)
            .one(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(row.map(|(row, restock)| pre_booking(&row, restock.as_ref())))
    }

    async fn save_cancelled(
        &self,
        cancelled: &PreBooking,
        decided_on: PreBookingStatus,
    ) -> Result<bool, RepositoryError> {
        let was_restocked = Expr::exists(restock_of_round());
        let update = pre_booking::Entity::update_many()
            .col_expr(pre_booking::Column::CancelledAt, Expr::value(cancelled.state.cancelled_at()))
            .col_expr(pre_booking::Column::WasNotified, Expr::value(cancelled.state.notified_at().is_some()))
            .filter(pre_booking::Column::Id.eq(cancelled.id.get()))
            .filter(pre_booking::Column::CancelledAt.is_null())
            .filter(match decided_on {
                PreBookingStatus::Waiting => was_restocked.not(),
                PreBookingStatus::Notified | PreBookingStatus::Cancelled => was_restocked,
            });
        let result = update.exec(&self.connection).await.map_err(repository_error)?;
        Ok(result.rows_affected == 1)
    }
}

impl Store {
    async fn why_not_added(&self, placed: &NewPreBooking, max_waiting: NonZeroU32) -> Result<AddedPreBooking, DbErr> {
        let of_book = waiting(placed.user_id).and_where(Column::BookId.eq(placed.book_id.get())).limit(1).take();
        if let Some(row) = self.connection.query_one(&of_book).await? {
            return Ok(AddedPreBooking::Duplicate(PreBookingId::from_stored(row.try_get_by_index(0)?)));
        }
        let all = self.connection.query_all(&waiting(placed.user_id).limit(max_waiting.get().into()).take()).await?;
        let is_full = all.len() >= max_waiting.get() as usize;
        Ok(if is_full { AddedPreBooking::LimitReached } else { AddedPreBooking::Outdated })
    }
}

/// Returns the condition that fewer than `max_waiting` of the user's pre-bookings are waiting.
fn may_wait(user_id: UserId, max_waiting: NonZeroU32, backend: DbBackend) -> Expr {
    let most = i64::from(max_waiting.get());
    if backend == DbBackend::Postgres {
        // It locks and then counts. In the statement itself, the count would not see what was committed during the wait for
        // the lock.
        return Func::cust("may_wait").args([Expr::value(user_id.get()), Expr::value(most)]).into();
    }
    // On SQLite, one statement writes at a time.
    let first = waiting(user_id).limit(max_waiting.get().into()).take();
    let number = Query::select().expr(Expr::cust("count(*)")).from_subquery(first, "waiting").take();
    Expr::from(number).lt(most)
}

/// Selects the user's pre-bookings that are waiting.
fn waiting(user_id: UserId) -> SelectStatement {
    Query::select()
        .column(Column::PreBookingId)
        .from(pre_booking_status::Entity)
        .and_where(Column::UserId.eq(user_id.get()))
        .and_where(Column::Status.eq(Status::Waiting))
        .take()
}

/// Selects the restock that ended the round of the pre-booking in the surrounding statement.
pub(crate) fn restock_of_round() -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from(restock::Entity)
        .and_where(restock::Column::BookId.into_expr().equals(pre_booking::Column::BookId.as_column_ref()))
        .and_where(restock::Column::Round.into_expr().equals(pre_booking::Column::Round.as_column_ref()))
        .take()
}

/// Returns the pre-booking of a row, with the state that the rule of `domain` derives.
fn pre_booking(row: &pre_booking::Model, restock: Option<&restock::Model>) -> PreBooking {
    let cancellation = row.cancelled_at.map(|at| Cancellation { at, was_notified: row.was_notified });
    PreBooking {
        id: PreBookingId::from_stored(row.id),
        user_id: UserId::from_stored(row.user_id),
        book_id: BookId::from_stored(row.book_id),
        round: Round::from_stored(row.round),
        created_at: row.created_at,
        state: PreBookingState::of(row.created_at, cancellation, restock.map(|restock| restock.restocked_at)),
    }
}
