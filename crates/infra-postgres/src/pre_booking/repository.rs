use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::UserId;
use domain::book::{BookId, Round};
use domain::pre_booking::{
    Cancellation, NewPreBooking, PreBooking, PreBookingId, PreBookingRepository, PreBookingState, PreBookingStatus,
};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait};

use crate::Store;
use crate::entity::{book, pre_booking, restock};
use crate::error::{is_foreign_key_violation, repository_error};

#[async_trait]
impl PreBookingRepository for Store {
    async fn add(&self, placed: &NewPreBooking) -> Result<Option<PreBooking>, RepositoryError> {
        use pre_booking::Column;

        let in_its_round = Query::select()
            .expr(Expr::value(placed.user_id.get()))
            .column(book::Column::Id)
            .column(book::Column::Round)
            .expr(Expr::value(placed.created_at))
            .from(book::Entity)
            .and_where(book::Column::Id.eq(placed.book_id.get()))
            .and_where(book::Column::Round.eq(placed.round.get()))
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
        let Some(added) = added else { return Ok(None) };
        Ok(Some(PreBooking {
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
