use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use domain::RepositoryError;
use domain::account::UserId;
use domain::pre_booking::{
    AddedPreBooking, NewPreBooking, PreBooking, PreBookingId, PreBookingRepository, PreBookingStatus,
};
use infra_postgres::Store;

use super::instruments::Instruments;

/// Counts placements and cancels.
pub(crate) struct MeteredPreBookings {
    pub(crate) store: Arc<Store>,
    pub(crate) instruments: Arc<Instruments>,
}

#[async_trait]
impl PreBookingRepository for MeteredPreBookings {
    async fn add(
        &self,
        pre_booking: &NewPreBooking,
        max_waiting: NonZeroU32,
    ) -> Result<AddedPreBooking, RepositoryError> {
        let result = PreBookingRepository::add(&*self.store, pre_booking, max_waiting).await;
        let outcome = match &result {
            Ok(AddedPreBooking::Added(_)) => "added",
            Ok(AddedPreBooking::Duplicate(_)) => "duplicate",
            Ok(AddedPreBooking::LimitReached) => "limit_reached",
            Ok(AddedPreBooking::Outdated) => "outdated",
            Err(_) => "failed",
        };
        self.instruments.placements.with_label_values(&[outcome]).inc();
        result
    }

    async fn find(&self, user_id: UserId, id: PreBookingId) -> Result<Option<PreBooking>, RepositoryError> {
        PreBookingRepository::find(&*self.store, user_id, id).await
    }

    async fn save_cancelled(
        &self,
        cancelled: &PreBooking,
        decided_on: PreBookingStatus,
    ) -> Result<bool, RepositoryError> {
        let saved = self.store.save_cancelled(cancelled, decided_on).await;
        if matches!(saved, Ok(true)) {
            self.instruments.cancels.inc();
        }
        saved
    }
}
