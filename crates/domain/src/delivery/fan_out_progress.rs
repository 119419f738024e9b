use chrono::Duration;

use crate::Timestamp;
use crate::book::{BookId, RestockId, Round};
use crate::pre_booking::PreBookingId;

/// The current walk over the pre-bookings of a restock's round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FanOutStage {
    /// The first walk. It begins at once, and finds all pre-bookings but a few.
    First,
    /// The final walk. It finds the placements that overlapped with the restock and were committed after it.
    Final,
    /// No walk: every pre-booking that the restock notified has its delivery.
    Done,
}

/// The progress of creating the deliveries of a restock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanOutProgress {
    /// Identifies the restock.
    pub restock_id: RestockId,
    /// The book that was restocked.
    pub book_id: BookId,
    /// The round that the restock ended.
    pub round: Round,
    /// The current walk.
    pub stage: FanOutStage,
    /// The last pre-booking that the current walk has read.
    pub after: Option<PreBookingId>,
    /// When the first walk ended; `None` while it runs.
    pub first_walk_ended_at: Option<Timestamp>,
}

/// What one batch of a fan-out has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeliveryBatch {
    /// The last pre-booking of the batch; `None` if the batch is empty.
    pub last: Option<PreBookingId>,
    /// Whether the batch reached its limit, so that there may be more pre-bookings.
    pub is_full: bool,
}

impl FanOutProgress {
    /// How long after the end of the first walk the final one begins.
    ///
    /// A placement compares the round and writes in one statement. One that belongs to the restock's round began before the
    /// restock became visible, and so before the first walk ended. After a minute its statement has ended: statements have a
    /// far shorter time limit, and the rest allows for clocks that differ.
    ///
    /// The minute does not start at `restocked_at`, because a slow commit makes a restock visible long after that.
    pub const FINAL_AFTER: Duration = Duration::minutes(1);

    /// Returns the progress after a batch that ended at `now`.
    #[must_use]
    pub fn advanced_by(self, batch: DeliveryBatch, now: Timestamp) -> Self {
        if batch.is_full {
            return Self { after: batch.last, ..self };
        }
        match self.stage {
            FanOutStage::First => {
                Self { stage: FanOutStage::Final, after: None, first_walk_ended_at: Some(now), ..self }
            }
            FanOutStage::Final | FanOutStage::Done => Self { stage: FanOutStage::Done, after: None, ..self },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_fan_out, at};

    #[test]
    fn walks_twice_over_all_pre_bookings() {
        let id = |number| Some(PreBookingId::new(number).unwrap());
        let full = |last| DeliveryBatch { last: id(last), is_full: true };
        let rest = |last| DeliveryBatch { last, is_full: false };
        let mut progress = a_fan_out();
        let ended = Some(at(3));
        for (now, batch, stage, after, first_walk_ended_at) in [
            (1, full(20), FanOutStage::First, id(20), None),
            (2, full(40), FanOutStage::First, id(40), None),
            (3, rest(id(50)), FanOutStage::Final, None, ended),
            (64, full(21), FanOutStage::Final, id(21), ended),
            (65, rest(None), FanOutStage::Done, None, ended),
        ] {
            progress = progress.advanced_by(batch, at(now));
            assert_eq!(progress, FanOutProgress { stage, after, first_walk_ended_at, ..a_fan_out() });
        }
    }
}
