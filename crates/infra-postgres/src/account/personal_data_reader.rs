use std::collections::HashMap;

use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::{ListedSession, PersonalDataReader, UserId};
use domain::delivery::{Attempt, Delivery};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::Store;
use crate::delivery::{DeliveryRow, deliveries_with_names};
use crate::entity::{delivery, delivery_attempt, pre_booking, session};
use crate::error::repository_error;

#[async_trait]
impl PersonalDataReader for Store {
    async fn list_sessions(&self, user_id: UserId) -> Result<Vec<ListedSession>, RepositoryError> {
        let of_user =
            session::Entity::find().filter(session::Column::UserId.eq(user_id.get())).order_by_asc(session::Column::Id);
        let rows = of_user.all(&self.connection).await.map_err(repository_error)?;
        Ok(rows.into_iter().map(ListedSession::from).collect())
    }

    async fn list_deliveries(&self, user_id: UserId) -> Result<Vec<(Delivery, Vec<Attempt>)>, RepositoryError> {
        let of_user = deliveries_with_names()
            .filter(delivery::Column::PreBookingId.in_subquery(pre_bookings_of(user_id)))
            .order_by_asc(delivery::Column::Id);
        let rows = of_user.into_model::<DeliveryRow>().all(&self.connection).await.map_err(repository_error)?;
        let mut attempts = self.attempts_at_deliveries_to(user_id).await?;
        let with_attempts = rows.into_iter().map(Delivery::from).map(|delivery| {
            let of_delivery = attempts.remove(&delivery.id.get()).unwrap_or_default();
            (delivery, of_delivery)
        });
        Ok(with_attempts.collect())
    }
}

impl Store {
    /// Returns all attempts at deliveries to a user by delivery, oldest first.
    async fn attempts_at_deliveries_to(&self, user_id: UserId) -> Result<HashMap<i64, Vec<Attempt>>, RepositoryError> {
        let of_user = Query::select()
            .column(delivery::Column::Id)
            .from(delivery::Entity)
            .and_where(delivery::Column::PreBookingId.in_subquery(pre_bookings_of(user_id)))
            .take();
        let attempts = delivery_attempt::Entity::find()
            .filter(delivery_attempt::Column::DeliveryId.in_subquery(of_user))
            .order_by_asc(delivery_attempt::Column::Id);
        let mut by_delivery = HashMap::<i64, Vec<Attempt>>::new();
        for row in attempts.all(&self.connection).await.map_err(repository_error)? {
            by_delivery.entry(row.delivery_id).or_default().push(row.into());
        }
        Ok(by_delivery)
    }
}

fn pre_bookings_of(user_id: UserId) -> SelectStatement {
    Query::select()
        .column(pre_booking::Column::Id)
        .from(pre_booking::Entity)
        .and_where(pre_booking::Column::UserId.eq(user_id.get()))
        .take()
}
