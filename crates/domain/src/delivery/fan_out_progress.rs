use chrono::Duration;

use super::DeliveryBatch;
use crate::book::{BookId, RestockId, Round};
use crate::pre_booking::PreBookingId;

/// Which walk over the pre-bookings of a restock's round is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FanOutStage {
    /// The first, which begins at once and finds all but a few.
    First,
    /// The last. It finds the placements that overlapped with the restock and were committed behind it.
    Final,
    /// None: every pre-booking that the restock notified has its delivery.
    Done,
}

/// How far the deliveries of a restock have been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FanOutProgress {
    /// Which restock.
    pub restock_id: RestockId,
    /// The book that came back.
    pub book_id: BookId,
    /// The round that it ended.
    pub round: Round,
    /// Where the walks stand.
    pub stage: FanOutStage,
    /// The last pre-booking that this walk has met.
    pub after: Option<PreBookingId>,
}

impl FanOutProgress {
    /// How long behind a restock the final walk begins.
    ///
    /// A placement is one statement that compares the round and writes, so that one that belongs to the restock's round began
    /// before the restock was committed. No statement lasts that long, by far; and clocks of several machines may differ.
    pub const FINAL_AFTER: Duration = Duration::minutes(1);

    /// Where it stands behind a batch.
    #[must_use]
    pub fn behind(self, batch: DeliveryBatch) -> Self {
        if batch.is_full {
            return Self { after: batch.last, ..self };
        }
        let stage = match self.stage {
            FanOutStage::First => FanOutStage::Final,
            FanOutStage::Final | FanOutStage::Done => FanOutStage::Done,
        };
        Self { stage, after: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_fan_out;

    #[test]
    fn there_are_two_walks_from_end_to_end() {
        let id = |number| Some(PreBookingId::new(number).unwrap());
        let full = |last| DeliveryBatch { last: id(last), is_full: true };
        let rest = |last| DeliveryBatch { last, is_full: false };
        let mut progress = a_fan_out();
        for (batch, stage, after) in [
            (full(20), FanOutStage::First, id(20)),
            (full(40), FanOutStage::First, id(40)),
            (rest(id(50)), FanOutStage::Final, None),
            (full(21), FanOutStage::Final, id(21)),
            (rest(None), FanOutStage::Done, None),
        ] {
            progress = progress.behind(batch);
            assert_eq!((progress.stage, progress.after), (stage, after));
        }
    }
}
