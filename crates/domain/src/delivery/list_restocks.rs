use super::{DeliveryReader, RestockQuery, RestockReport};
use crate::RepositoryError;
use crate::book::RestockId;
use crate::page::cut;

/// Why restocks were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListRestocksError {
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// A stretch of restocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestockPage {
    /// The restocks, newest first.
    pub items: Vec<RestockReport>,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<RestockId>,
}

/// Lists restocks, newest first, and how far the notifications of each have come.
///
/// # Errors
/// See [`ListRestocksError`].
pub async fn list_restocks(
    deliveries: &dyn DeliveryReader,
    query: &RestockQuery,
) -> Result<RestockPage, ListRestocksError> {
    let (items, next) = cut(deliveries.list_restocks(query).await?, query.limit, |restock| restock.id);
    Ok(RestockPage { items, next })
}
