use super::{AlreadyCancelled, PreBookingId, PreBookingRepository};
use crate::account::UserId;
use crate::{Clock, RepositoryError};

/// Why a pre-booking was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The user has no such pre-booking.
    #[error("there is no such pre-booking")]
    NotFound,
    /// It is cancelled already.
    #[error(transparent)]
    AlreadyCancelled(#[from] AlreadyCancelled),
    /// The store failed.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Cancels a user's pre-booking.
///
/// # Errors
/// See [`CancelError`].
pub async fn cancel(
    pre_bookings: &dyn PreBookingRepository,
    clock: &dyn Clock,
    user_id: UserId,
    id: PreBookingId,
) -> Result<(), CancelError> {
    // If the status moved between the read and the write, the model decides anew. A status only moves forward, so
    // this ends: at the latest in the third turn it is cancelled.
    loop {
        let pre_booking = pre_bookings.find(user_id, id).await?.ok_or(CancelError::NotFound)?;
        let decided_on = pre_booking.status.kind();
        let cancelled = pre_booking.cancel(clock.now())?;
        if pre_bookings.save_cancelled(&cancelled, decided_on).await? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use mockall::Sequence;
    use mockall::predicate::eq;

    use super::*;
    use crate::pre_booking::{MockPreBookingRepository, PreBooking, Status, StatusKind};
    use crate::testing::{a_pre_booking, at, clock_at, user_id};

    fn finds(statuses: &[Status]) -> MockPreBookingRepository {
        let mut pre_bookings = MockPreBookingRepository::new();
        let mut order = Sequence::new();
        for &status in statuses {
            pre_bookings
                .expect_find()
                .times(1)
                .in_sequence(&mut order)
                .returning(move |_, _| Ok(Some(a_pre_booking(status))));
        }
        pre_bookings
    }

    fn cancelled(status: Status) -> PreBooking {
        a_pre_booking(status).cancel(at(40)).unwrap()
    }

    async fn cancel_in(pre_bookings: &MockPreBookingRepository) -> Result<(), CancelError> {
        cancel(pre_bookings, &clock_at(40), user_id(1), a_pre_booking(Status::Waiting).id).await
    }

    #[pollster::test]
    async fn what_the_model_cancelled_is_saved() {
        let mut pre_bookings = finds(&[Status::Waiting]);
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(Status::Waiting)), eq(StatusKind::Waiting))
            .times(1)
            .returning(|_, _| Ok(true));

        cancel_in(&pre_bookings).await.unwrap();
    }

    #[pollster::test]
    async fn a_restock_in_between_is_seen() {
        let notified = Status::Notified { at: at(20) };
        let mut pre_bookings = finds(&[Status::Waiting, notified]);
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(Status::Waiting)), eq(StatusKind::Waiting))
            .times(1)
            .returning(|_, _| Ok(false));
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(notified)), eq(StatusKind::Notified))
            .times(1)
            .returning(|_, _| Ok(true));

        cancel_in(&pre_bookings).await.unwrap();
    }

    #[pollster::test]
    async fn a_cancel_in_between_wins() {
        let mut pre_bookings = finds(&[Status::Waiting, Status::Cancelled { at: at(39), notified_at: None }]);
        pre_bookings.expect_save_cancelled().times(1).returning(|_, _| Ok(false));

        assert!(matches!(cancel_in(&pre_bookings).await, Err(CancelError::AlreadyCancelled(_))));
    }

    #[pollster::test]
    async fn what_is_not_the_users_does_not_exist() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_find().times(1).returning(|_, _| Ok(None));
        pre_bookings.expect_save_cancelled().never();

        assert!(matches!(cancel_in(&pre_bookings).await, Err(CancelError::NotFound)));
    }
}
