//! Pre-bookings.

mod reader;
mod repository;

pub(crate) use repository::restock_of_round;

use domain::pre_booking::PreBookingStatus;

use crate::entity::pre_booking_status;

impl From<PreBookingStatus> for pre_booking_status::Status {
    fn from(kind: PreBookingStatus) -> Self {
        match kind {
            PreBookingStatus::Waiting => Self::Waiting,
            PreBookingStatus::Notified => Self::Notified,
            PreBookingStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<pre_booking_status::Status> for PreBookingStatus {
    fn from(status: pre_booking_status::Status) -> Self {
        match status {
            pre_booking_status::Status::Waiting => Self::Waiting,
            pre_booking_status::Status::Notified => Self::Notified,
            pre_booking_status::Status::Cancelled => Self::Cancelled,
        }
    }
}
