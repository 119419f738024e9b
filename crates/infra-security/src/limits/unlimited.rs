use domain::limit::{Limit, LimitKey, LimitStatus, RateLimiter, TooManyRequests};

/// Limits nothing: `RATE_LIMIT=off`.
pub struct Unlimited;

impl RateLimiter for Unlimited {
    fn take(&self, _: Limit, _: LimitKey<'_>) -> Result<Option<LimitStatus>, TooManyRequests> {
        Ok(None)
    }

    fn reset(&self, _: Limit, _: LimitKey<'_>) {}
}
