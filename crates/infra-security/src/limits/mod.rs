//! Limits, counted in memory. Each instance of the service has its own counts, so N instances allow N times as much.

mod bounded_map;
mod governor_limiter;
mod guess_throttle;
mod unlimited;

pub use governor_limiter::GovernorLimiter;
pub use guess_throttle::GuessThrottle;
pub use unlimited::Unlimited;
