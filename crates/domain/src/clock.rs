use chrono::{DateTime, Utc};

/// A time in UTC, to the microsecond.
pub type Timestamp = DateTime<Utc>;

/// Port: tells the time.
#[cfg_attr(test, mockall::automock)]
pub trait Clock: Send + Sync {
    /// Returns the current time.
    ///
    /// MUST truncate to whole microseconds. Stores keep no more, and a response must show the same time as every
    /// later one.
    fn now(&self) -> Timestamp;
}
