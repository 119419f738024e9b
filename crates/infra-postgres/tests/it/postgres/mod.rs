//! Connections: how long they wait, and what happens when they are lost.

mod limits;
mod lost_connections;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [limits::suite(), lost_connections::suite()].into_iter().collect()
}
