use std::num::NonZeroU32;

use chrono::Duration;

/// How often a delivery is tried, and how long it rests in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// After so many attempts it is given up.
    pub max_attempts: NonZeroU32,
}

/// The rest behind the first attempt. Each further one is four times as long, up to [`LONGEST_REST`].
const FIRST_REST: Duration = Duration::minutes(1);
const LONGEST_REST: Duration = Duration::hours(6);

impl RetryPolicy {
    /// How long to wait behind the attempt of this number, counted from 1; `None` if it was the last.
    ///
    /// Deliveries that failed together would come back together: `jitter`, from 0 to 1, takes up to half of the rest away.
    #[must_use]
    pub fn rest_after(&self, attempt: u32, jitter: f64) -> Option<Duration> {
        if attempt >= self.max_attempts.get() {
            return None;
        }
        let quadruplings = attempt.saturating_sub(1).min(8);
        let whole = (FIRST_REST * 4_i32.pow(quadruplings)).min(LONGEST_REST);
        let rest = whole.to_std().unwrap_or_default().mul_f64(1.0 - jitter.clamp(0.0, 1.0) / 2.0);
        // Whole milliseconds: no store keeps the nanoseconds that come of it.
        Some(i64::try_from(rest.as_millis()).map_or(whole, Duration::milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: NonZeroU32::new(8).unwrap() };

    #[test]
    fn rests_grow_up_to_some_hours() {
        let minutes: Vec<_> =
            (1..=8).map(|attempt| POLICY.rest_after(attempt, 0.0).map(|rest| rest.num_minutes())).collect();
        assert_eq!(minutes, [Some(1), Some(4), Some(16), Some(64), Some(256), Some(360), Some(360), None]);
    }

    #[test]
    fn jitter_takes_up_to_half_of_a_rest_away() {
        for (jitter, millis) in
            [(-1.0, 240_000), (0.0, 240_000), (1.0 / 3.0, 200_000), (0.7, 156_000), (1.0, 120_000), (7.0, 120_000)]
        {
            assert_eq!(POLICY.rest_after(2, jitter), Some(Duration::milliseconds(millis)), "{jitter}");
        }
    }

    #[test]
    fn no_number_of_attempts_is_too_high() {
        let policy = RetryPolicy { max_attempts: NonZeroU32::MAX };
        assert_eq!(policy.rest_after(u32::MAX - 1, 0.0), Some(LONGEST_REST));
        assert_eq!(policy.rest_after(u32::MAX, 0.0), None);
        let once = RetryPolicy { max_attempts: NonZeroU32::MIN };
        assert_eq!(once.rest_after(1, 0.0), None);
    }
}
