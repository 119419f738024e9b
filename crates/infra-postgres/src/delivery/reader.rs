use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::{Email, UserId};
use domain::book::{Author, BookId, Price, RestockId, Title};
use domain::delivery::{
    Attempt, Delivery, DeliveryId, DeliveryQuery, DeliveryReader, Letter, Prospect, RestockQuery, RestockReport,
};
use domain::pre_booking::PreBookingId;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select,
};

use super::conversion::state;
use crate::Store;
use crate::entity::delivery::{Column, Entity, Relation, Status};
use crate::entity::{book, delivery_attempt, pre_booking_status, user};
use crate::error::repository_error;

#[async_trait]
impl DeliveryReader for Store {
    async fn find_prospect(&self, id: DeliveryId) -> Result<Option<Prospect>, RepositoryError> {
        let row = Entity::find_by_id(id.get())
            .select_only()
            .columns([Column::PreBookingId, Column::BookId])
            .columns([pre_booking_status::Column::Status, pre_booking_status::Column::NotifiedAt])
            .columns([user::Column::Email, user::Column::IsActive, user::Column::EmailNotifications])
            .column(pre_booking_status::Column::UserId)
            .columns([book::Column::Title, book::Column::Author, book::Column::PriceCents])
            .join(JoinType::InnerJoin, Relation::PreBooking.def())
            .join(JoinType::InnerJoin, pre_booking_status::Relation::User.def())
            .join(JoinType::InnerJoin, Relation::Book.def())
            .into_model::<ProspectRow>()
            .one(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(row.map(Prospect::from))
    }

    async fn find(&self, id: DeliveryId) -> Result<Option<Delivery>, RepositoryError> {
        let of_id = deliveries_with_names().filter(Column::Id.eq(id.get()));
        let row = of_id.into_model::<DeliveryRow>().one(&self.connection).await.map_err(repository_error)?;
        Ok(row.map(Delivery::from))
    }

    async fn list_attempts(&self, id: DeliveryId) -> Result<Vec<Attempt>, RepositoryError> {
        let of_delivery = delivery_attempt::Entity::find()
            .filter(delivery_attempt::Column::DeliveryId.eq(id.get()))
            .order_by_asc(delivery_attempt::Column::Id);
        let rows = of_delivery.all(&self.connection).await.map_err(repository_error)?;
        Ok(rows.into_iter().map(Attempt::from).collect())
    }

    async fn list(&self, query: &DeliveryQuery) -> Result<Vec<Delivery>, RepositoryError> {
        let mut matching = deliveries_with_names();
        if let Some(status) = query.status {
            matching = matching.filter(Column::Status.eq(Status::from(status)));
        }
        if let Some(book_id) = query.book_id {
            matching = matching.filter(Column::BookId.eq(book_id.get()));
        }
        if let Some(after) = query.after {
            matching = matching.filter(Column::Id.lt(after.get()));
        }
        let rows = matching
            .order_by_desc(Column::Id)
            .limit(u64::from(query.limit.get()) + 1)
            .into_model::<DeliveryRow>()
            .all(&self.connection)
            .await
            .map_err(repository_error)?;
        Ok(rows.into_iter().map(Delivery::from).collect())
    }

    async fn list_restocks(&self, query: &RestockQuery) -> Result<Vec<RestockReport>, RepositoryError> {
        self.report_restocks(query).await.map_err(repository_error)
    }
}

/// Selects deliveries together with their users and books.
pub(crate) fn deliveries_with_names() -> Select<Entity> {
    Entity::find()
        .columns([pre_booking_status::Column::UserId])
        .columns([user::Column::Email])
        .columns([book::Column::Title])
        .join(JoinType::InnerJoin, Relation::PreBooking.def())
        .join(JoinType::InnerJoin, pre_booking_status::Relation::User.def())
        .join(JoinType::InnerJoin, Relation::Book.def())
}

#[derive(FromQueryResult)]
pub(crate) struct DeliveryRow {
    id: i64,
    pre_booking_id: i64,
    restock_id: i64,
    book_id: i64,
    title: String,
    user_id: i64,
    email: String,
    status: Status,
    due_at: DateTimeUtc,
    attempts: i32,
    reason: Option<String>,
    delivered_at: Option<DateTimeUtc>,
    created_at: DateTimeUtc,
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        Self {
            id: DeliveryId::from_stored(row.id),
            pre_booking_id: PreBookingId::from_stored(row.pre_booking_id),
            restock_id: RestockId::from_stored(row.restock_id),
            book_id: BookId::from_stored(row.book_id),
            title: Title::from_stored(row.title),
            user_id: UserId::from_stored(row.user_id),
            email: Email::from_stored(row.email),
            state: state(row.status, row.due_at, row.delivered_at),
            attempts: row.attempts.unsigned_abs(),
            reason: row.reason,
            created_at: row.created_at,
        }
    }
}

#[derive(FromQueryResult)]
struct ProspectRow {
    pre_booking_id: i64,
    book_id: i64,
    status: pre_booking_status::Status,
    notified_at: Option<DateTimeUtc>,
    user_id: i64,
    email: String,
    is_active: bool,
    email_notifications: bool,
    title: String,
    author: String,
    price_cents: i64,
}

impl From<ProspectRow> for Prospect {
    fn from(row: ProspectRow) -> Self {
        let letter = Letter {
            pre_booking_id: PreBookingId::from_stored(row.pre_booking_id),
            user_id: UserId::from_stored(row.user_id),
            to: Email::from_stored(row.email),
            book_id: BookId::from_stored(row.book_id),
            title: Title::from_stored(row.title),
            author: Author::from_stored(row.author),
            price: Price::from_stored(row.price_cents),
            notified_at: row.notified_at.unwrap_or_default(),
        };
        Self { letter, status: row.status.into(), is_active: row.is_active, wants_emails: row.email_notifications }
    }
}

impl From<delivery_attempt::Model> for Attempt {
    fn from(row: delivery_attempt::Model) -> Self {
        Self { attempted_at: row.attempted_at, outcome: row.outcome.into(), answer: row.answer }
    }
}
