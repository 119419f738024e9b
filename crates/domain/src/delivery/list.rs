use super::{Delivery, DeliveryId, DeliveryQuery, DeliveryReader};
use crate::RepositoryError;
use crate::page::truncate;

/// One page of deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries, newest first.
    pub items: Vec<Delivery>,
    /// The position to continue after; `None` on the last page.
    pub next: Option<DeliveryId>,
}

/// Lists deliveries, newest first.
pub async fn list(deliveries: &dyn DeliveryReader, query: &DeliveryQuery) -> Result<DeliveryPage, RepositoryError> {
    let (items, next) = truncate(deliveries.list(query).await?, query.limit, |delivery| delivery.id);
    Ok(DeliveryPage { items, next })
}
