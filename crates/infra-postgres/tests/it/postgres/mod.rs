//! Connections: how long they wait, and what happens when they are lost.

mod limits;
mod lost_connections;
mod tls;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [limits::suite(), lost_connections::suite(), tls::suite()].into_iter().collect()
}
