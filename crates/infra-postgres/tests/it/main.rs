//! The contract of the store: what each port promises, on both engines. The folders are those of `src`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking; clippy knows only `#[test]` functions as tests")]

mod account;
mod audit;
mod book;
mod clean_up;
mod delivery;
mod indexes;
mod maintenance;
mod postgres;
mod pre_booking;
mod schema;
mod service_key;
mod support;
mod unit_of_work;

fn main() -> std::process::ExitCode {
    test_support::run([
        account::suite(),
        audit::suite(),
        clean_up::suite(),
        service_key::suite(),
        book::suite(),
        pre_booking::suite(),
        delivery::suite(),
        unit_of_work::suite(),
        postgres::suite(),
        schema::suite(),
        indexes::suite(),
        maintenance::suite(),
    ])
}
