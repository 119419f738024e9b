use super::{Attempt, Delivery, DeliveryId, DeliveryReader};
use crate::RepositoryError;

/// Why a delivery was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindDeliveryError {
    /// No delivery has this identifier.
    #[error("there is no such delivery")]
    NotFound,
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Finds a delivery and all attempts at it, oldest first.
pub async fn find(
    deliveries: &dyn DeliveryReader,
    id: DeliveryId,
) -> Result<(Delivery, Vec<Attempt>), FindDeliveryError> {
    let delivery = deliveries.find(id).await?.ok_or(FindDeliveryError::NotFound)?;
    Ok((delivery, deliveries.list_attempts(id).await?))
}
