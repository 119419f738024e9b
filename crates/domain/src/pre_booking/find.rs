use super::{PreBookedBook, PreBookingId, PreBookingReader};
use crate::RepositoryError;
use crate::account::UserId;

/// Why a pre-booking was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindPreBookingError {
    /// The user has no pre-booking with this identifier.
    #[error("there is no such pre-booking")]
    NotFound,
    /// The read failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Finds a user's pre-booking.
pub async fn find(
    pre_bookings: &dyn PreBookingReader,
    user_id: UserId,
    id: PreBookingId,
) -> Result<PreBookedBook, FindPreBookingError> {
    pre_bookings.find(user_id, id).await?.ok_or(FindPreBookingError::NotFound)
}
