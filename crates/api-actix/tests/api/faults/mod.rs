//! What may fail around the service, and what must hold all the same: what was answered is done, and what was not answered is
//! done whole or not at all.

mod blocked;
mod clerk;
mod customer;
mod hang_up;
mod kept_connections;
mod load;
mod no_room;
mod slow;
mod start_at_once;
mod stopped;
mod store_gone;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        stopped::suite(),
        kept_connections::suite(),
        store_gone::suite(),
        blocked::suite(),
        slow::suite(),
        hang_up::suite(),
        start_at_once::suite(),
        no_room::suite(),
    ]
    .into_iter()
    .fold(Suite::default(), Suite::and)
}
