//! How often something may happen, so that no client can hurt the others.

mod model;
mod rate_limiter;

pub use model::{Limit, LimitStatus, Quota, TooManyRequests};
pub use rate_limiter::{LimitKey, RateLimiter};
