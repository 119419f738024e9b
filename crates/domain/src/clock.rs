use chrono::{DateTime, Utc};

/// A moment in UTC, to the microsecond.
pub type Timestamp = DateTime<Utc>;

/// Port: where the time comes from.
#[cfg_attr(test, mockall::automock)]
pub trait Clock: Send + Sync {
    /// The present moment.
    ///
    /// MUST be truncated to whole microseconds: that is what every store keeps, so the time in an answer is the one
    /// that any later answer shows.
    fn now(&self) -> Timestamp;
}
