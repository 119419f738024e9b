//! Tests of the whole server over HTTP, on both engines. They compare the status and the whole body of each response.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod accounts;
mod admin;
mod admin_commands;
mod attacks;
mod audit;
mod book_changes;
mod book_search;
mod books;
mod commands;
mod docs;
mod errors;
mod faults;
mod headers;
mod input;
mod mail;
mod metrics;
mod model;
mod openapi;
mod passwords;
mod personal_data;
mod pre_booking_lists;
mod pre_bookings;
mod private_files;
mod process;
mod query_input;
mod races;
mod readme_tour;
mod security;
mod security_log;
mod sessions;
mod settings;
mod store_errors;
mod support;

use support::LogWatch;

fn main() -> std::process::ExitCode {
    LogWatch::start();
    LogWatch::end(test_support::run([
        pre_bookings::suite(),
        pre_booking_lists::suite(),
        books::suite(),
        commands::suite(),
        book_changes::suite(),
        book_search::suite(),
        accounts::suite(),
        passwords::suite(),
        sessions::suite(),
        security::suite(),
        admin::suite(),
        admin_commands::suite(),
        audit::suite(),
        personal_data::suite(),
        security_log::suite(),
        errors::suite(),
        store_errors::suite(),
        headers::suite(),
        input::suite(),
        query_input::suite(),
        openapi::suite(),
        docs::suite(),
        races::suite(),
        process::suite(),
        private_files::suite(),
        settings::suite(),
        metrics::suite(),
        readme_tour::suite(),
        model::suite(),
        faults::suite(),
        attacks::suite(),
        mail::suite(),
    ]))
}
