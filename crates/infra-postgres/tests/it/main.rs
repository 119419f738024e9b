//! The contract of the store: what every port promises, on both engines.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy knows only `#[test]` functions as tests")]

mod at_once;
mod backlog;
mod book_list;
mod book_pre_bookings;
mod books;
mod claims;
mod concurrency;
mod delivery_indexes;
mod delivery_lists;
mod delivery_races;
mod fan_out;
mod fan_out_batches;
mod fan_out_overlaps;
mod indexes;
mod migrations;
mod past_restocks;
mod pre_booking_deliveries;
mod pre_booking_list;
mod pre_bookings;
mod prospects;
mod races;
mod refresh_tokens;
mod restock_reports;
mod restock_signal;
mod retries;
mod schema;
mod sessions;
mod settlements;
mod status_rule;
mod support;
mod timeouts;
mod unit_of_work;
mod users;
mod waiting;

fn main() -> std::process::ExitCode {
    test_support::run([
        books::suite(),
        book_list::suite(),
        pre_bookings::suite(),
        pre_booking_list::suite(),
        pre_booking_deliveries::suite(),
        book_pre_bookings::suite(),
        fan_out::suite(),
        fan_out_batches::suite(),
        fan_out_overlaps::suite(),
        claims::suite(),
        settlements::suite(),
        retries::suite(),
        prospects::suite(),
        delivery_lists::suite(),
        restock_reports::suite(),
        restock_signal::suite(),
        users::suite(),
        refresh_tokens::suite(),
        unit_of_work::suite(),
        sessions::suite(),
        status_rule::suite(),
        schema::suite(),
        indexes::suite(),
        delivery_indexes::suite(),
        migrations::suite(),
        past_restocks::suite(),
        timeouts::suite(),
        concurrency::suite(),
        races::suite(),
        delivery_races::suite(),
    ])
}
