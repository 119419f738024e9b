use chrono::Duration;

use super::{DeliveryState, Reply, RetryPolicy, SkipReason};
use crate::Timestamp;

/// A [`Reply`] without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The mail server accepted the letter.
    Accepted,
    /// The mail server will never accept the letter.
    Refused,
    /// The mail server may accept the letter later.
    Deferred,
}

impl AttemptOutcome {
    /// All outcomes.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Refused, Self::Deferred];

    /// Returns the name that the API and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Deferred => "deferred",
        }
    }
}

/// One attempt to send a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When the attempt ended.
    pub attempted_at: Timestamp,
    /// The reply of the mail server, without its text.
    pub outcome: AttemptOutcome,
    /// The text of the reply, or why there was none.
    pub answer: String,
}

/// What a worker found out about a claimed delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The mail server replied.
    Replied {
        /// The reply.
        reply: Reply,
        /// When the reply came.
        at: Timestamp,
    },
    /// The delivery should no longer be sent.
    Skipped(SkipReason),
}

/// The result of a finding for a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The new state.
    pub state: DeliveryState,
    /// The number of attempts, including this one.
    pub attempts: u32,
    /// Why the delivery is not delivered.
    pub reason: Option<String>,
    /// The attempt; `None` if the delivery was skipped.
    pub attempt: Option<Attempt>,
}

impl Finding {
    /// Settles a delivery after this many earlier attempts.
    #[must_use]
    pub fn settle(self, attempts: u32, policy: &RetryPolicy, jitter: f64) -> Settlement {
        match self {
            Self::Replied { reply, at } => {
                let attempts = attempts.saturating_add(1);
                settle_reply(reply, at, attempts, policy.rest_after(attempts, jitter))
            }
            Self::Skipped(reason) => {
                let (state, reason) = (DeliveryState::Skipped, Some(reason.to_string()));
                Settlement { state, attempts, reason, attempt: None }
            }
        }
    }
}

/// Settles a delivery by a reply. `rest` is the time until the next attempt; `None` if this was the last one.
fn settle_reply(reply: Reply, at: Timestamp, attempts: u32, rest: Option<Duration>) -> Settlement {
    let (state, outcome, answer) = match reply {
        Reply::Accepted(answer) => (DeliveryState::Delivered { at }, AttemptOutcome::Accepted, answer),
        Reply::Refused(answer) => (DeliveryState::Failed, AttemptOutcome::Refused, answer),
        Reply::Deferred(answer) => {
            let state = rest.map_or(DeliveryState::Failed, |rest| DeliveryState::Pending { due_at: at + rest });
            (state, AttemptOutcome::Deferred, answer)
        }
    };
    // Not every store can keep NUL, and a letter whose reply is not recorded is sent again.
    let answer = answer.replace('\0', "\u{fffd}");
    let reason = state.delivered_at().is_none().then(|| answer.clone());
    Settlement { state, attempts, reason, attempt: Some(Attempt { attempted_at: at, outcome, answer }) }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::testing::at;

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(3).unwrap() };

    #[test]
    fn settles_by_the_reply_and_the_number_of_attempts() {
        let said = || "what it said".to_owned();
        let due_at = at(100) + Duration::minutes(1);
        for (attempts, reply, state, outcome) in [
            (0, Reply::Accepted(said()), DeliveryState::Delivered { at: at(100) }, AttemptOutcome::Accepted),
            (0, Reply::Refused(said()), DeliveryState::Failed, AttemptOutcome::Refused),
            (0, Reply::Deferred(said()), DeliveryState::Pending { due_at }, AttemptOutcome::Deferred),
            (2, Reply::Deferred(said()), DeliveryState::Failed, AttemptOutcome::Deferred),
            (2, Reply::Accepted(said()), DeliveryState::Delivered { at: at(100) }, AttemptOutcome::Accepted),
        ] {
            let settlement = Finding::Replied { reply, at: at(100) }.settle(attempts, &POLICY, 0.0);
            assert_eq!((settlement.state, settlement.attempts), (state, attempts + 1));
            assert_eq!(settlement.attempt, Some(Attempt { attempted_at: at(100), outcome, answer: said() }));
            assert_eq!(settlement.reason.is_none(), outcome == AttemptOutcome::Accepted);
        }
    }

    #[test]
    fn replaces_nul_in_the_text_of_a_reply() {
        let reply = Reply::Refused("no\0".to_owned());
        let settlement = Finding::Replied { reply, at: at(100) }.settle(0, &POLICY, 0.0);
        assert_eq!(settlement.attempt.unwrap().answer, "no\u{fffd}");
        assert_eq!(settlement.reason.unwrap(), "no\u{fffd}");
    }

    #[test]
    fn outcomes_have_the_names_of_the_api() {
        assert_eq!(AttemptOutcome::ALL.map(AttemptOutcome::as_str), ["accepted", "refused", "deferred"]);
    }

    #[test]
    fn skips_without_an_attempt() {
        let settlement = Finding::Skipped(SkipReason::Cancelled).settle(2, &POLICY, 0.0);
        assert_eq!((settlement.state, settlement.attempts), (DeliveryState::Skipped, 2));
        assert_eq!((settlement.reason.as_deref(), settlement.attempt), (Some("the pre-booking was cancelled"), None));
    }
}
