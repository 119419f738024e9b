//! What may fail around the service, and what must hold all the same: what was answered is done, and what was not answered is
//! done whole or not at all.

mod blocked;
mod clerk;
mod customer;
mod hang_up;
mod load;
mod no_room;
mod start_at_once;
mod stopped;
mod store_gone;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    stopped::suite()
        .and(store_gone::suite())
        .and(blocked::suite())
        .and(hang_up::suite())
        .and(start_at_once::suite())
        .and(no_room::suite())
}
