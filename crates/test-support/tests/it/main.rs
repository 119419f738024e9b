//! Proves that the runner keeps its promises, by running itself.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml lets tests do so, but clippy knows only `#[test]` functions as such"
)]

mod cleaning_up;
mod engines;
mod inner;
mod mail_server;
mod network;
mod own_server;
mod pgbouncer;

fn main() -> std::process::ExitCode {
    if inner::is_inner() {
        return test_support::run([inner::suite()]);
    }
    test_support::run([
        engines::suite(),
        cleaning_up::suite(),
        own_server::suite(),
        pgbouncer::suite(),
        mail_server::suite(),
        network::suite(),
    ])
}
