//! Faults around the service. A confirmed write is in the store; a write without a response is done completely or not at all.

mod behind_pgbouncer;
mod blocked;
mod clerk;
mod customer;
mod demoted_primary;
mod forgotten_connections;
mod hang_up;
mod in_flight;
mod kept_connections;
mod load;
mod no_room;
mod past_the_grace;
mod silent_network;
mod slow;
mod start_at_once;
mod stopped;
mod store_gone;
mod synchronous_standby_gone;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        stopped::suite(),
        kept_connections::suite(),
        in_flight::suite(),
        past_the_grace::suite(),
        store_gone::suite(),
        silent_network::suite(),
        forgotten_connections::suite(),
        synchronous_standby_gone::suite(),
        demoted_primary::suite(),
        behind_pgbouncer::suite(),
        blocked::suite(),
        slow::suite(),
        hang_up::suite(),
        start_at_once::suite(),
        no_room::suite(),
    ]
    .into_iter()
    .collect()
}
