//! The schema, and the migrations that create it.

mod locks;
mod past_restocks;
mod steps;
mod tables;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [locks::suite(), past_restocks::suite(), steps::suite(), tables::suite()].into_iter().collect()
}
