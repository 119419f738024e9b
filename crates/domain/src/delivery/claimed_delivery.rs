use chrono::Duration;

use super::DeliveryId;
use crate::Timestamp;

/// A delivery that only one worker may send, for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Identifies the delivery.
    pub id: DeliveryId,
    /// When the claim expires. Any worker may claim the delivery from then on.
    pub until: Timestamp,
}

impl ClaimedDelivery {
    /// How long a claim lasts.
    pub const LEASE: Duration = Duration::minutes(10);
    /// The time limit for one letter, from connecting to the reply of the mail server. It is much shorter than the lease, so
    /// that the reply is recorded before the claim expires.
    pub const SEND_TIMEOUT: Duration = Duration::minutes(2);
    /// How long recording the reply may take.
    const SETTLE_TIME: Duration = Duration::minutes(1);

    /// Returns whether there is time to send: even the slowest reply would be recorded before the claim expires.
    #[must_use]
    pub fn has_time(&self, now: Timestamp) -> bool {
        now + Self::SEND_TIMEOUT + Self::SETTLE_TIME <= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_claim;

    #[test]
    fn has_time_until_3_minutes_before_the_claim_expires() {
        let claim = a_claim();
        assert!(claim.has_time(claim.until - Duration::seconds(180)));
        assert!(!claim.has_time(claim.until - Duration::seconds(179)));
        assert!(!claim.has_time(claim.until));
    }
}
