use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::{Email, UserId};
use domain::book::{Author, BookId, Round, Title};
use domain::delivery::DeliverySummary;
use domain::pre_booking::{
    BookPreBookingQuery, PreBookedBook, PreBooking, PreBookingId, PreBookingOfUser, PreBookingQuery, PreBookingReader,
    PreBookingState, PreBookingStatus,
};
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select,
};

use crate::Store;
use crate::entity::{book, delivery, pre_booking_status, user};
use crate::error::repository_error;

#[async_trait]
impl PreBookingReader for Store {
    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBookedBook>, RepositoryError> {
        let of_id = of_user(user_id).filter(pre_booking_status::Column::PreBookingId.eq(id.get()));
        let row = of_id.into_model::<BookRow>().one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(PreBookedBook::from))
    }

    async fn list(&self, user_id: UserId, query: &PreBookingQuery) -> Result<Vec<PreBookedBook>, RepositoryError> {
        use pre_booking_status::Column;

        let mut matching = of_status(of_user(user_id), query.status);
        if let Some(after) = query.after {
            // Compare both columns at once, so that the index scan starts at the position.
            let position = Expr::tuple([Column::CreatedAt.into_expr(), Column::PreBookingId.into_expr()]);
            let after = Expr::tuple([Expr::value(after.created_at), Expr::value(after.id.get())]);
            matching = matching.filter(position.lt(after));
        }
        let rows = matching
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::PreBookingId)
            .limit(u64::from(query.limit.get()) + 1)
            .into_model::<BookRow>()
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(rows.into_iter().map(PreBookedBook::from).collect())
    }

    async fn list_of_book(
        &self,
        book_id: BookId,
        query: &BookPreBookingQuery,
    ) -> Result<Vec<PreBookingOfUser>, RepositoryError> {
        use pre_booking_status::{Column, Relation};

        let of_book = with_delivery()
            .column(user::Column::Email)
            .join(JoinType::InnerJoin, Relation::User.def())
            .filter(Column::BookId.eq(book_id.get()));
        let mut matching = of_status(of_book, query.status);
        if let Some((round, id)) = query.after {
            let position = Expr::tuple([Column::Round.into_expr(), Column::PreBookingId.into_expr()]);
            let after = Expr::tuple([Expr::value(round.get()), Expr::value(id.get())]);
            matching = matching.filter(position.lt(after));
        }
        let rows = matching
            .order_by_desc(Column::Round)
            .order_by_desc(Column::PreBookingId)
            .limit(u64::from(query.limit.get()) + 1)
            .into_model::<UserRow>()
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(rows.into_iter().map(PreBookingOfUser::from).collect())
    }
}

fn of_user(user_id: UserId) -> Select<pre_booking_status::Entity> {
    with_delivery()
        .columns([book::Column::Title, book::Column::Author])
        .join(JoinType::InnerJoin, pre_booking_status::Relation::Book.def())
        .filter(pre_booking_status::Column::UserId.eq(user_id.get()))
}

fn with_delivery() -> Select<pre_booking_status::Entity> {
    pre_booking_status::Entity::find()
        .column_as(delivery::Column::Status, "delivery_status")
        .column(delivery::Column::DeliveredAt)
        .join(JoinType::LeftJoin, delivery::Relation::PreBooking.def().rev())
}

fn of_status(
    matching: Select<pre_booking_status::Entity>,
    status: Option<PreBookingStatus>,
) -> Select<pre_booking_status::Entity> {
    match status {
        Some(status) => {
            matching.filter(pre_booking_status::Column::Status.eq(pre_booking_status::Status::from(status)))
        }
        None => matching,
    }
}

/// A row of the view, with its delivery.
#[derive(FromQueryResult)]
struct Row {
    pre_booking_id: i64,
    user_id: i64,
    book_id: i64,
    round: i64,
    created_at: DateTimeUtc,
    notified_at: Option<DateTimeUtc>,
    cancelled_at: Option<DateTimeUtc>,
    delivery_status: Option<delivery::Status>,
    delivered_at: Option<DateTimeUtc>,
}

/// A row for the user, with its book.
#[derive(FromQueryResult)]
struct BookRow {
    #[sea_orm(nested)]
    row: Row,
    title: String,
    author: String,
}

/// A row for an admin, with its user.
#[derive(FromQueryResult)]
struct UserRow {
    #[sea_orm(nested)]
    row: Row,
    email: String,
}

impl Row {
    fn delivery(&self) -> Option<DeliverySummary> {
        self.notified_at?;
        let summary =
            |status: delivery::Status| DeliverySummary { status: status.into(), delivered_at: self.delivered_at };
        Some(self.delivery_status.map_or(DeliverySummary::IMMINENT, summary))
    }
}

impl From<Row> for PreBooking {
    fn from(row: Row) -> Self {
        Self {
            id: PreBookingId::from_stored(row.pre_booking_id),
            user_id: UserId::from_stored(row.user_id),
            book_id: BookId::from_stored(row.book_id),
            round: Round::from_stored(row.round),
            created_at: row.created_at,
            state: PreBookingState::from_stored(row.notified_at, row.cancelled_at),
        }
    }
}

impl From<BookRow> for PreBookedBook {
    fn from(BookRow { row, title, author }: BookRow) -> Self {
        let delivery = row.delivery();
        let (title, author) = (Title::from_stored(title), Author::from_stored(author));
        Self { pre_booking: row.into(), title, author, delivery }
    }
}

impl From<UserRow> for PreBookingOfUser {
    fn from(UserRow { row, email }: UserRow) -> Self {
        let delivery = row.delivery();
        Self { pre_booking: row.into(), email: Email::from_stored(email), delivery }
    }
}
