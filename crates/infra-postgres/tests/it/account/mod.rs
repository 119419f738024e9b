//! Accounts and their sessions.

mod account_mails;
mod links;
mod overlaps;
mod personal_data;
mod sessions;
mod users;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        account_mails::suite(),
        links::suite(),
        overlaps::suite(),
        personal_data::suite(),
        sessions::suite(),
        users::suite(),
    ]
    .into_iter()
    .collect()
}
