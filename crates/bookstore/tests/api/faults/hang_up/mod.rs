//! A client hangs up before it has its response.

mod at_a_lock;
mod at_every_point;
mod calls;
mod during_begin;
mod steady;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [at_a_lock::suite(), during_begin::suite(), at_every_point::suite()].into_iter().collect()
}
