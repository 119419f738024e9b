use std::num::NonZeroU32;

use chrono::Duration;

/// How often to try a delivery, and how long to wait in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The number of attempts after which a delivery is given up.
    pub max_attempts: NonZeroU32,
}

/// The wait after the first attempt. Each further one is four times as long, up to [`LONGEST_REST`].
const FIRST_REST: Duration = Duration::minutes(1);
const LONGEST_REST: Duration = Duration::hours(6);

impl RetryPolicy {
    /// Returns how long to wait after the attempt with this number, counted from 1; `None` after the last one.
    ///
    /// `jitter`, from 0 to 1, shortens the wait by up to a half, so that deliveries that failed together are not retried
    /// together.
    #[must_use]
    pub fn rest_after(&self, attempt: u32, jitter: f64) -> Option<Duration> {
        if attempt >= self.max_attempts.get() {
            return None;
        }
        let quadruplings = attempt.saturating_sub(1).min(8);
        let whole = (FIRST_REST * 4_i32.pow(quadruplings)).min(LONGEST_REST);
        let rest = whole.to_std().unwrap_or_default().mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0);
        // Whole milliseconds, because stores keep no nanoseconds.
        Some(i64::try_from(rest.as_millis()).map_or(whole, Duration::milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(8).unwrap() };

    #[test]
    fn waits_four_times_as_long_each_time_up_to_6_hours() {
        let minutes: Vec<_> =
            (1..=8).map(|attempt| POLICY.rest_after(attempt, 0.0).map(|rest| rest.num_minutes())).collect();
        assert_eq!(minutes, [Some(1), Some(4), Some(16), Some(64), Some(256), Some(360), Some(360), None]);
    }

    #[test]
    fn jitter_shortens_the_wait_by_up_to_a_half() {
        for (jitter, millis) in
            [(-1.0, 240_000), (0.0, 240_000), (1.0 / 3.0, 200_000), (0.7, 156_000), (1.0, 120_000), (7.0, 120_000)]
        {
            assert_eq!(POLICY.rest_after(2, jitter), Some(Duration::milliseconds(millis)), "{jitter}");
        }
    }

    #[test]
    fn handles_the_lowest_and_highest_numbers_of_attempts() {
        let policy = RetryPolicy { max_attempts: NonZeroU32::MAX };
        assert_eq!(policy.rest_after(u32::MAX - 1, 0.0), Some(LONGEST_REST));
        assert_eq!(policy.rest_after(u32::MAX, 0.0), None);
        let once = RetryPolicy { max_attempts: NonZeroU32::MIN };
        assert_eq!(once.rest_after(1, 0.0), None);
    }
}
