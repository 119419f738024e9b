//! Deliveries: fan-out, claims, settlements, retries and lists.

mod backlog;
mod claims;
mod fan_out;
mod fan_out_batches;
mod fan_out_overlaps;
mod list;
mod overlaps;
mod prospects;
mod restock_reports;
mod restock_signal;
mod retries;
mod settlements;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        backlog::suite(),
        claims::suite(),
        fan_out::suite(),
        fan_out_batches::suite(),
        fan_out_overlaps::suite(),
        list::suite(),
        overlaps::suite(),
        prospects::suite(),
        restock_reports::suite(),
        restock_signal::suite(),
        retries::suite(),
        settlements::suite(),
    ]
    .into_iter()
    .collect()
}
