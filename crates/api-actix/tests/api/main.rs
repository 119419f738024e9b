//! The HTTP API, spoken to as its users do: a whole server on a free port, status and whole body of every answer, on both
//! engines.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod access_tokens;
mod accounts;
mod admin;
mod book_search;
mod books;
mod errors;
mod headers;
mod input;
mod pre_booking_lists;
mod pre_bookings;
mod support;

fn main() -> std::process::ExitCode {
    test_support::run([
        pre_bookings::suite(),
        pre_booking_lists::suite(),
        books::suite(),
        book_search::suite(),
        accounts::suite(),
        access_tokens::suite(),
        admin::suite(),
        errors::suite(),
        headers::suite(),
        input::suite(),
    ])
}
