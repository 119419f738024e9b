//! Pre-bookings, their statuses, and what restocks do to them.

mod deliveries;
mod list;
mod list_of_book;
mod overlaps;
mod repository;
mod restocks;
mod statuses;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        deliveries::suite(),
        list::suite(),
        list_of_book::suite(),
        overlaps::suite(),
        repository::suite(),
        restocks::suite(),
        statuses::suite(),
    ]
    .into_iter()
    .collect()
}
