use super::{AlreadyCancelled, PreBookingId, PreBookingRepository};
use crate::account::UserId;
use crate::{Clock, RepositoryError};

/// Why a pre-booking was not cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The user has no pre-booking with this identifier.
    #[error("there is no such pre-booking")]
    NotFound,
    /// The pre-booking is already cancelled.
    #[error(transparent)]
    AlreadyCancelled(#[from] AlreadyCancelled),
    /// The write failed, or its outcome is unknown.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

/// Cancels a user's pre-booking. Of two cancels at the same time, one succeeds.
pub async fn cancel(
    pre_bookings: &dyn PreBookingRepository,
    clock: &dyn Clock,
    user_id: UserId,
    id: PreBookingId,
) -> Result<(), CancelError> {
    // If the status changed between the read and the write, decide again. It only moves forward (waiting, notified,
    // cancelled), so the third iteration is the last.
    loop {
        let pre_booking = pre_bookings.find(user_id, id).await?.ok_or(CancelError::NotFound)?;
        let decided_on = pre_booking.state.status();
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
    use crate::pre_booking::{MockPreBookingRepository, PreBooking, PreBookingState, PreBookingStatus};
    use crate::testing::{a_pre_booking, at, clock_at, user_id};

    fn finds(states: &[PreBookingState]) -> MockPreBookingRepository {
        let mut pre_bookings = MockPreBookingRepository::new();
        let mut order = Sequence::new();
        for &state in states {
            pre_bookings
                .expect_find()
                .times(1)
                .in_sequence(&mut order)
                .returning(move |_, _| Ok(Some(a_pre_booking(state))));
        }
        pre_bookings
    }

    fn cancelled(state: PreBookingState) -> PreBooking {
        a_pre_booking(state).cancel(at(40)).unwrap()
    }

    async fn cancel_in(pre_bookings: &MockPreBookingRepository) -> Result<(), CancelError> {
        cancel(pre_bookings, &clock_at(40), user_id(1), a_pre_booking(PreBookingState::Waiting).id).await
    }

    #[pollster::test]
    async fn saves_the_cancelled_pre_booking() {
        let mut pre_bookings = finds(&[PreBookingState::Waiting]);
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(PreBookingState::Waiting)), eq(PreBookingStatus::Waiting))
            .times(1)
            .returning(|_, _| Ok(true));

        cancel_in(&pre_bookings).await.unwrap();
    }

    #[pollster::test]
    async fn decides_again_after_a_concurrent_restock() {
        let notified = PreBookingState::Notified { at: at(20) };
        let mut pre_bookings = finds(&[PreBookingState::Waiting, notified]);
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(PreBookingState::Waiting)), eq(PreBookingStatus::Waiting))
            .times(1)
            .returning(|_, _| Ok(false));
        pre_bookings
            .expect_save_cancelled()
            .with(eq(cancelled(notified)), eq(PreBookingStatus::Notified))
            .times(1)
            .returning(|_, _| Ok(true));

        cancel_in(&pre_bookings).await.unwrap();
    }

    #[pollster::test]
    async fn refuses_after_a_concurrent_cancel() {
        let mut pre_bookings =
            finds(&[PreBookingState::Waiting, PreBookingState::Cancelled { at: at(39), notified_at: None }]);
        pre_bookings.expect_save_cancelled().times(1).returning(|_, _| Ok(false));

        assert!(matches!(cancel_in(&pre_bookings).await, Err(CancelError::AlreadyCancelled(_))));
    }

    #[pollster::test]
    async fn does_not_find_pre_bookings_of_other_users() {
        let mut pre_bookings = MockPreBookingRepository::new();
        pre_bookings.expect_find().times(1).returning(|_, _| Ok(None));
        pre_bookings.expect_save_cancelled().never();

        assert!(matches!(cancel_in(&pre_bookings).await, Err(CancelError::NotFound)));
    }
}
