//! Tests the mailers with a real SMTP conversation or real files, and reads their e-mails like a mail program.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod files;
mod letters;
mod out_of_turn;
mod replies;
mod silence;
mod support;
mod trouble;
