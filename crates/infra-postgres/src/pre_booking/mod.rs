//! Pre-bookings: what users write, and what users and admins read.

mod reader;
mod repository;

use domain::pre_booking::StatusKind;

use crate::entity::pre_booking_status;

impl From<StatusKind> for pre_booking_status::Status {
    fn from(kind: StatusKind) -> Self {
        match kind {
            StatusKind::Waiting => Self::Waiting,
            StatusKind::Notified => Self::Notified,
            StatusKind::Cancelled => Self::Cancelled,
        }
    }
}

impl From<pre_booking_status::Status> for StatusKind {
    fn from(status: pre_booking_status::Status) -> Self {
        match status {
            pre_booking_status::Status::Waiting => Self::Waiting,
            pre_booking_status::Status::Notified => Self::Notified,
            pre_booking_status::Status::Cancelled => Self::Cancelled,
        }
    }
}
