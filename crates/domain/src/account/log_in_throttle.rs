use chrono::Duration;

use super::Email;
use crate::Timestamp;

/// Too many log-ins failed for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many log-ins failed for this address")]
pub struct TooManyAttempts {
    /// After what time the next one is let through.
    pub retry_after: Duration,
}

/// Port: keeps whoever guesses passwords slow: at most 100 failed log-ins an hour for one address
/// (OWASP ASVS 4.0, V2.2.1). Addresses without an account count as well, or the difference would tell which exist.
#[cfg_attr(test, mockall::automock)]
pub trait LogInThrottle: Send + Sync {
    /// Whether another log-in may be tried for an address.
    ///
    /// # Errors
    /// It may not for a while.
    fn check(&self, email: &Email, now: Timestamp) -> Result<(), TooManyAttempts>;

    /// Counts a log-in that failed.
    fn record_failure(&self, email: &Email, now: Timestamp);

    /// Forgets the failures of an address whose owner has shown up.
    fn record_success(&self, email: &Email);
}
