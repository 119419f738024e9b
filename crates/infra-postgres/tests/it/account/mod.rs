//! Accounts and their sessions.

mod overlaps;
mod sessions;
mod users;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [overlaps::suite(), sessions::suite(), users::suite()].into_iter().collect()
}
