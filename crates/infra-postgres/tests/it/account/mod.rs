//! Accounts and their sessions.

mod overlaps;
mod personal_data;
mod refresh_tokens;
mod users;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [overlaps::suite(), personal_data::suite(), refresh_tokens::suite(), users::suite()].into_iter().collect()
}
