//! The schema, and the migrations that create it.

mod email_domains;
mod locks;
mod past_restocks;
mod past_sessions;
mod steps;
mod tables;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        email_domains::suite(),
        locks::suite(),
        past_restocks::suite(),
        past_sessions::suite(),
        steps::suite(),
        tables::suite(),
    ]
    .into_iter()
    .collect()
}
