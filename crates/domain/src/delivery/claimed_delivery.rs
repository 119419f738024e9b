use chrono::Duration;

use super::{DeliveryId, DeliveryState, Reply, RetryPolicy, SkipReason};
use crate::Timestamp;

/// A delivery that one worker alone may send, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// Which one.
    pub id: DeliveryId,
    /// How often it was tried before.
    pub attempts: u32,
    /// Until when. Later any worker may claim it anew.
    pub until: Timestamp,
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// See [`Reply::Accepted`].
    Accepted,
    /// See [`Reply::Refused`].
    Refused,
    /// See [`Reply::Deferred`].
    Deferred,
}

impl AttemptOutcome {
    /// Every outcome there is.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Deferred];

    /// The name as users and the store know it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Deferred => "deferred",
        }
    }
}

/// One try to hand a letter to the mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub attempted_at: Timestamp,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// What the mail server answered, or why it did not.
    pub answer: String,
}

/// What a worker found out about a delivery that it claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The claim that it was found out under.
    pub claim: ClaimedDelivery,
    /// Where the delivery stands now.
    pub state: DeliveryState,
    /// Why it is not delivered.
    pub reason: Option<String>,
    /// The attempt that was made, if one was.
    pub attempt: Option<Attempt>,
}

impl ClaimedDelivery {
    /// How long a claim holds.
    pub const LEASE: Duration = Duration::minutes(10);
    /// How long the mail server may take for one letter, from connecting to its answer. Far shorter than the lease, so that
    /// the answer is recorded while the claim holds.
    pub const SEND_TIMEOUT: Duration = Duration::minutes(2);
    /// How long recording the answer may take.
    const SETTLE_TIME: Duration = Duration::minutes(1);

    /// Whether it may still be sent: even the slowest answer would be recorded while the claim holds.
    #[must_use]
    pub fn has_time(&self, now: Timestamp) -> bool {
        now + Self::SEND_TIMEOUT + Self::SETTLE_TIME <= self.until
    }

    /// What follows from the mail server's reply.
    #[must_use]
    pub fn replied(self, reply: Reply, policy: &RetryPolicy, jitter: f64, now: Timestamp) -> Settlement {
        let (state, outcome, answer) = match reply {
            Reply::Accepted(answer) => (DeliveryState::Delivered { at: now }, AttemptOutcome::Accepted, answer),
            Reply::Refused(answer) => (DeliveryState::Failed, AttemptOutcome::Refused, answer),
            Reply::Deferred(answer) => {
                let rest = policy.rest_after(self.attempts.saturating_add(1), jitter);
                let state = rest.map_or(DeliveryState::Failed, |rest| DeliveryState::Pending { due_at: now + rest });
                (state, AttemptOutcome::Deferred, answer)
            }
        };
        // No store keeps NUL, and what is not recorded is sent again.
        let answer = answer.replace('\0', "\u{fffd}");
        let reason = state.delivered_at().is_none().then(|| answer.clone());
        Settlement { claim: self, state, reason, attempt: Some(Attempt { attempted_at: now, outcome, answer }) }
    }

    /// What follows if it is not to be sent any more.
    #[must_use]
    pub fn skipped(self, reason: SkipReason) -> Settlement {
        Settlement { claim: self, state: DeliveryState::Skipped, reason: Some(reason.to_string()), attempt: None }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::testing::{a_claim, at};

    fn settled(attempts: u32, reply: Reply) -> Settlement {
        let policy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };
        ClaimedDelivery { attempts, ..a_claim() }.replied(reply, &policy, 0.0, at(100))
    }

    #[test]
    fn the_reply_decides() {
        let said = || "what it said".to_owned();
        let due_at = at(100) + Duration::minutes(1);
        for (attempts, reply, state, outcome) in [
            (0, Reply::Accepted(said()), DeliveryState::Delivered { at: at(100) }, AttemptOutcome::Accepted),
            (0, Reply::Refused(said()), DeliveryState::Failed, AttemptOutcome::Refused),
            (0, Reply::Deferred(said()), DeliveryState::Pending { due_at }, AttemptOutcome::Deferred),
            (2, Reply::Deferred(said()), DeliveryState::Failed, AttemptOutcome::Deferred),
            (2, Reply::Accepted(said()), DeliveryState::Delivered { at: at(100) }, AttemptOutcome::Accepted),
        ] {
            let settlement = settled(attempts, reply);
            assert_eq!(settlement.state, state);
            assert_eq!(settlement.attempt, Some(Attempt { attempted_at: at(100), outcome, answer: said() }));
            assert_eq!(settlement.reason.is_none(), outcome == AttemptOutcome::Accepted);
        }
    }

    #[test]
    fn what_is_skipped_was_not_attempted() {
        let settlement = a_claim().skipped(SkipReason::Cancelled);
        assert_eq!((settlement.state, settlement.attempt), (DeliveryState::Skipped, None));
        assert_eq!(settlement.reason.as_deref(), Some("the pre-booking was cancelled"));
    }

    #[test]
    fn nothing_is_sent_that_could_not_be_recorded_in_time() {
        let claim = a_claim();
        assert!(claim.has_time(claim.until - Duration::seconds(180)));
        assert!(!claim.has_time(claim.until - Duration::seconds(179)));
        assert!(!claim.has_time(claim.until));
    }
}
