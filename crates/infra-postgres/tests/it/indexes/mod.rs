//! Every statement of the ports is served by an index (PostgreSQL).
//!
//! The server counts the scans, so these are the statements that the ports send, and not copies of them.

mod account;
mod audit;
mod book;
mod delivery;
mod pre_booking;
mod scans;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [account::suite(), audit::suite(), book::suite(), delivery::suite(), pre_booking::suite()].into_iter().collect()
}
