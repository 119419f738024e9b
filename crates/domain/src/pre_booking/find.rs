use super::{PreBookedBook, PreBookingId, PreBookingReader};
use crate::RepositoryError;
use crate::account::UserId;

/// Why a pre-booking was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindPreBookingError {
    /// The user has no such pre-booking.
    #[error("there is no such pre-booking")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Looks one of a user's pre-bookings up.
///
/// # Errors
/// See [`FindPreBookingError`].
pub async fn find(
    pre_bookings: &dyn PreBookingReader,
    user_id: UserId,
    id: PreBookingId,
) -> Result<PreBookedBook, FindPreBookingError> {
    pre_bookings.find(user_id, id).await?.ok_or(FindPreBookingError::NotFound)
}
