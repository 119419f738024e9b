use super::{Delivery, DeliveryId, DeliveryQuery, DeliveryReader};
use crate::RepositoryError;
use crate::page::cut;

/// Why deliveries were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListDeliveriesError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// A stretch of deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries, newest first.
    pub items: Vec<Delivery>,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<DeliveryId>,
}

/// Lists deliveries, newest first.
///
/// # Errors
/// See [`ListDeliveriesError`].
pub async fn list(deliveries: &dyn DeliveryReader, query: &DeliveryQuery) -> Result<DeliveryPage, ListDeliveriesError> {
    let (items, next) = cut(deliveries.list(query).await?, query.limit, |delivery| delivery.id);
    Ok(DeliveryPage { items, next })
}
