//! The catalog and its stock.

mod list;
mod other_programs;
mod overlaps;
mod replica;
mod repository;
mod searches;
mod stock_repository;

use test_support::Suite;

pub(crate) fn suite() -> Suite {
    [
        list::suite(),
        other_programs::suite(),
        overlaps::suite(),
        replica::suite(),
        repository::suite(),
        searches::suite(),
        stock_repository::suite(),
    ]
    .into_iter()
    .collect()
}
