//! Deliveries: what workers write, and what admins read.

mod reader;
mod repository;
mod restock_report;
mod signal;

pub(crate) use signal::{CHANNEL, Signal};

use domain::delivery::{DeliveryState, DeliveryStatus};
use sea_orm::prelude::DateTimeUtc;

use crate::entity::delivery::Status;

impl From<DeliveryStatus> for Status {
    fn from(status: DeliveryStatus) -> Self {
        match status {
            DeliveryStatus::Pending => Self::Pending,
            DeliveryStatus::Delivered => Self::Delivered,
            DeliveryStatus::Failed => Self::Failed,
            DeliveryStatus::Skipped => Self::Skipped,
        }
    }
}

impl From<Status> for DeliveryStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Delivered => Self::Delivered,
            Status::Failed => Self::Failed,
            Status::Skipped => Self::Skipped,
        }
    }
}

/// The state that a row tells. A CHECK has it that whatever is delivered has the time of that.
fn state(status: Status, due_at: DateTimeUtc, delivered_at: Option<DateTimeUtc>) -> DeliveryState {
    match (status, delivered_at) {
        (Status::Delivered, Some(at)) => DeliveryState::Delivered { at },
        (Status::Pending | Status::Delivered, _) => DeliveryState::Pending { due_at },
        (Status::Failed, _) => DeliveryState::Failed,
        (Status::Skipped, _) => DeliveryState::Skipped,
    }
}
