use chrono::Duration;

use super::Email;
use crate::Timestamp;

/// Too many log-ins failed for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many log-ins failed for this address")]
pub struct TooManyAttempts {
    /// How long until the next log-in is allowed.
    pub retry_after: Duration,
}

/// Port: slows down guessing of passwords. It MUST allow at most 100 failed log-ins per hour for one address
/// (OWASP ASVS 4.0, V2.2.1), and MUST count for addresses without an account too, so that nobody learns which exist.
#[cfg_attr(test, mockall::automock)]
pub trait LogInThrottle: Send + Sync {
    /// Checks whether another log-in is allowed for an address.
    fn check(&self, email: &Email, now: Timestamp) -> Result<(), TooManyAttempts>;

    /// Counts a failed log-in.
    fn record_failure(&self, email: &Email, now: Timestamp);

    /// Resets the count of an address after a log-in with the right password.
    fn record_success(&self, email: &Email);
}
