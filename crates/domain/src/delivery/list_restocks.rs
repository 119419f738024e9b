use super::{DeliveryReader, RestockQuery, RestockReport};
use crate::RepositoryError;
use crate::book::RestockId;
use crate::page::truncate;

/// One page of restocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestockPage {
    /// The restocks, newest first.
    pub items: Vec<RestockReport>,
    /// The position to continue after; `None` on the last page.
    pub next: Option<RestockId>,
}

/// Lists restocks, newest first, with the progress of their deliveries.
pub async fn list_restocks(
    deliveries: &dyn DeliveryReader,
    query: &RestockQuery,
) -> Result<RestockPage, RepositoryError> {
    let (items, next) = truncate(deliveries.list_restocks(query).await?, query.limit, |restock| restock.id);
    Ok(RestockPage { items, next })
}
