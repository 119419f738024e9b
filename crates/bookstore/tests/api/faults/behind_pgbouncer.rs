//! The address of the store leads to PgBouncer in transaction mode, where a session has no limits or locks of its own.

use std::time::Duration;

use tempfile::tempdir;
use test_support::{OwnServer, PgBouncer, Suite, tests};

use super::stopped::environment;
use crate::support::Program;

pub(crate) fn suite() -> Suite {
    tests![refuses_to_start_behind_pgbouncer].with_servers_of_their_own().with_pgbouncer()
}

const IN_TIME: Duration = Duration::from_secs(20);

/// PgBouncer rejects the settings of a session or ignores them, depending on its own settings.
async fn refuses_to_start_behind_pgbouncer() {
    let server = OwnServer::start().unwrap();
    for setting in [
        "",
        "ignore_startup_parameters = extra_float_digits",
        "ignore_startup_parameters = extra_float_digits, options",
    ] {
        let pgbouncer = PgBouncer::start(&server, setting).unwrap();
        let directory = tempdir().unwrap();
        let mut program = Program::spawn(directory.path(), &environment(pgbouncer.url()));
        assert!(program.ends_within(IN_TIME), "it starts or hangs");
        let (status, said) = program.wait_for_status();
        assert!(!status.success());
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.contains("PgBouncer"), "{said}");
    }
}
