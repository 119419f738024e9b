/// Port: where chance comes from, so that what failed together does not come back together.
#[cfg_attr(test, mockall::automock)]
pub trait Jitter: Send + Sync {
    /// A number from 0 to 1, another one each time.
    fn fraction(&self) -> f64;
}
