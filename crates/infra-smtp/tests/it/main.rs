//! The mailers, in real conversations and with real files, and what a mail program makes of their mails.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connections;
mod files;
mod letters;
mod replies;
mod silence;
mod support;
mod trouble;
