//! Runs one test suite on both engines, each test on a database of its own.
//!
//! A test is an `async fn` that takes a [`TestDatabase`], or nothing when it needs none. Each module of a test binary
//! lists its tests once, with [`tests!`], and `main` hands all of them to [`run`]:
//!
//! ```no_run
//! use test_support::{Engine, Suite, TestDatabase, tests};
//!
//! async fn lists_what_is_waiting(database: TestDatabase) {
//!     assert!(!database.url().is_empty());
//! }
//! async fn restock_and_placements_race(_: TestDatabase) {}
//! async fn goes_up_and_down_and_up_again(_: TestDatabase) {}
//!
//! fn suite() -> Suite {
//!     tests![lists_what_is_waiting]
//!         .and(tests![restock_and_placements_race].only_on(Engine::Postgres))
//!         .and(tests![goes_up_and_down_and_up_again].on_an_empty_database())
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     test_support::run([suite()])
//! }
//! ```
//!
//! PostgreSQL is looked for in the order that `src/postgres_source.rs` describes. Where there is none, its half of the
//! tests is reported as ignored, by name; with `REQUIRE_POSTGRES=1` that is a failure.

mod admin_connection;
mod bystander;
mod certificate;
mod database;
mod mail_server;
mod network;
mod own_server;
mod pgbouncer;
mod postgres_server;
mod postgres_source;
mod private_cluster;
mod rounds;
mod run;
mod run_name;
mod script;
mod suite;

pub use bystander::Bystander;
pub use certificate::Certificate;
pub use database::{Engine, TestDatabase};
pub use mail_server::{Mail, MailServer, Step, Verdict};
pub use network::Network;
pub use own_server::OwnServer;
pub use pgbouncer::PgBouncer;
pub use rounds::rounds;
pub use run::run;
pub use suite::{Suite, TestFunction, TestOutcome};
