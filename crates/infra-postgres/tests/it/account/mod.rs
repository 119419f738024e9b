//! Accounts and their sessions.

mod overlaps;
mod refresh_tokens;
mod users;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [overlaps::suite(), refresh_tokens::suite(), users::suite()].into_iter().collect()
}
