//! How long the tests of chance run.

use std::env;

/// How often to try what may come out differently each time: `SOAK` times as often as usual, and as usual if it is not set.
///
/// # Panics
/// `SOAK` is not a whole number.
#[must_use]
#[expect(clippy::expect_used, reason = "a test that can't tell how long to run fails by panicking")]
pub fn rounds(usual: usize) -> usize {
    let factor = env::var("SOAK").ok().filter(|factor| !factor.is_empty());
    usual * factor.map_or(1, |factor| factor.parse().expect("SOAK is how many times as long to run"))
}
