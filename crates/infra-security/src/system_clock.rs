use chrono::{SubsecRound, Utc};
use domain::{Clock, Timestamp};

/// The clock of this machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this implements the port that everything else uses")]
    fn now(&self) -> Timestamp {
        Utc::now().trunc_subsecs(6)
    }
}
