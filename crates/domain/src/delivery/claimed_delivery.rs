use chrono::Duration;

use super::DeliveryId;
use crate::Timestamp;

/// An e-mail that only one worker may send, for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<Id> {
    /// Identifies the e-mail.
    pub id: Id,
    /// When the claim expires. Any worker may claim the e-mail from then on.
    pub until: Timestamp,
}

/// A delivery that only one worker may send, for a while.
pub type ClaimedDelivery = Claim<DeliveryId>;

impl<Id> Claim<Id> {
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
