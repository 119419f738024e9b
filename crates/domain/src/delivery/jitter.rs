/// Port: spreads retries at random, so that what failed together is not retried together.
#[cfg_attr(test, mockall::automock)]
pub trait Jitter: Send + Sync {
    /// Returns a random number from 0 to 1.
    fn fraction(&self) -> f64;
}
