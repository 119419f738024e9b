//! A worker with a store and a mail server that fail, fall silent, or do what they should. The clock is the tests' own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod mail_server;
mod office;
mod ports;
mod restocks;
mod silence;
mod stop;
mod store;
