//! Conversions between the models of `domain` and the values in the store.

use domain::delivery::{AttemptOutcome, DeliveryState, DeliveryStatus, FanOutStage};
use sea_orm::prelude::DateTimeUtc;

use crate::entity::delivery::Status;
use crate::entity::{delivery_attempt, restock};

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

/// Returns the state of a row. A CHECK makes sure that a delivered one has its time.
pub(super) fn state(status: Status, due_at: DateTimeUtc, delivered_at: Option<DateTimeUtc>) -> DeliveryState {
    match (status, delivered_at) {
        (Status::Delivered, Some(at)) => DeliveryState::Delivered { at },
        (Status::Pending | Status::Delivered, _) => DeliveryState::Pending { due_at },
        (Status::Failed, _) => DeliveryState::Failed,
        (Status::Skipped, _) => DeliveryState::Skipped,
    }
}

impl From<FanOutStage> for restock::FanOutStage {
    fn from(stage: FanOutStage) -> Self {
        match stage {
            FanOutStage::First => Self::First,
            FanOutStage::Final => Self::Final,
            FanOutStage::Done => Self::Done,
        }
    }
}

impl From<restock::FanOutStage> for FanOutStage {
    fn from(stage: restock::FanOutStage) -> Self {
        match stage {
            restock::FanOutStage::First => Self::First,
            restock::FanOutStage::Final => Self::Final,
            restock::FanOutStage::Done => Self::Done,
        }
    }
}

impl From<AttemptOutcome> for delivery_attempt::Outcome {
    fn from(outcome: AttemptOutcome) -> Self {
        match outcome {
            AttemptOutcome::Accepted => Self::Accepted,
            AttemptOutcome::Refused => Self::Refused,
            AttemptOutcome::Deferred => Self::Deferred,
        }
    }
}

impl From<delivery_attempt::Outcome> for AttemptOutcome {
    fn from(outcome: delivery_attempt::Outcome) -> Self {
        match outcome {
            delivery_attempt::Outcome::Accepted => Self::Accepted,
            delivery_attempt::Outcome::Refused => Self::Refused,
            delivery_attempt::Outcome::Deferred => Self::Deferred,
        }
    }
}
