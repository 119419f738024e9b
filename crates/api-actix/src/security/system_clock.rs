use chrono::{SubsecRound, Utc};
use domain::{Clock, Timestamp};

/// The clock of this machine.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the port that everybody else asks")]
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(6)
    }
}
