//! The names of test runs, and so of everything that they create on a server.

use std::hash::{BuildHasher as _, RandomState};
use std::process;

/// Returns a name that no other run has, on this machine or another.
pub(crate) fn new_run_name() -> String {
    let random = RandomState::new().hash_one(());
    format!("bookstore_test_{}_{random:016x}", process::id())
}
