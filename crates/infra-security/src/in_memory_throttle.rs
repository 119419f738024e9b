use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use domain::Timestamp;
use domain::account::{Email, LogInThrottle, TooManyAttempts};

/// OWASP ASVS 4.0, V2.2.1: no more than 100 failed attempts an hour on a single account.
const MAX_FAILURES: u32 = 100;
const WINDOW: Duration = Duration::hours(1);
/// With this many addresses or more, those whose hour has passed are removed.
const CLEAN_UP_FROM: usize = 1_000;

/// Counts failed log-ins in memory. Each instance has its own counts.
#[derive(Default)]
pub struct InMemoryThrottle {
    failures: Mutex<HashMap<Email, Failures>>,
}

struct Failures {
    count: u32,
    since: Timestamp,
}

impl Failures {
    fn has_expired(&self, now: Timestamp) -> bool {
        self.since + WINDOW <= now
    }
}

impl InMemoryThrottle {
    fn failures(&self) -> MutexGuard<'_, HashMap<Email, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogInThrottle for InMemoryThrottle {
    fn check(&self, email: &Email, now: Timestamp) -> Result<(), TooManyAttempts> {
        match self.failures().get(email) {
            Some(failures) if failures.count >= MAX_FAILURES && !failures.has_expired(now) => {
                Err(TooManyAttempts { retry_after: failures.since + WINDOW - now })
            }
            _ => Ok(()),
        }
    }

    fn record_failure(&self, email: &Email, now: Timestamp) {
        let mut all = self.failures();
        if all.len() >= CLEAN_UP_FROM {
            all.retain(|_, failures| !failures.has_expired(now));
        }
        let failures = all.entry(email.clone()).or_insert(Failures { count: 0, since: now });
        if failures.has_expired(now) {
            *failures = Failures { count: 0, since: now };
        }
        failures.count += 1;
    }

    fn record_success(&self, email: &Email) {
        self.failures().remove(email);
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        DateTime::from_timestamp(minutes * 60, 0).unwrap()
    }

    fn after_failures(count: u32) -> (InMemoryThrottle, Email) {
        let (throttle, email) = (InMemoryThrottle::default(), Email::parse("ada@example.com").unwrap());
        for _ in 0..count {
            throttle.record_failure(&email, at(0));
        }
        (throttle, email)
    }

    #[test]
    fn locks_out_after_100_failures_within_an_hour() {
        let (throttle, email) = after_failures(99);
        assert_eq!(throttle.check(&email, at(10)), Ok(()));

        throttle.record_failure(&email, at(10));
        assert_eq!(throttle.check(&email, at(10)), Err(TooManyAttempts { retry_after: Duration::minutes(50) }));
        assert_eq!(throttle.check(&Email::parse("eve@example.com").unwrap(), at(10)), Ok(()));
        assert_eq!(throttle.check(&email, at(60)), Ok(()));
    }

    #[test]
    fn a_success_resets_the_count() {
        let (throttle, email) = after_failures(99);
        throttle.record_success(&email);
        throttle.record_failure(&email, at(1));
        assert_eq!(throttle.check(&email, at(1)), Ok(()));
    }

    #[test]
    fn failures_expire_after_an_hour() {
        let (throttle, email) = after_failures(99);
        throttle.record_failure(&email, at(61));
        assert_eq!(throttle.check(&email, at(61)), Ok(()));
    }
}
