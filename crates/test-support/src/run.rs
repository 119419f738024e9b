//! Runs the tests.

use std::env;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use libtest_mimic::{Arguments, Conclusion, Failed, Trial};
use tokio::runtime::{Builder, Runtime};

use crate::postgres_server::PostgresServer;
use crate::postgres_source::Places;
use crate::suite::{Body, DatabaseTest, RunningTest, Test};
use crate::{Engine, Suite, TestDatabase};

/// Runs what the command line selects, with the arguments that `cargo test` and `cargo nextest` know, and gives what
/// `main` returns.
///
/// A PostgreSQL server is looked for only if a test on it is selected, and started only if such a test is run.
pub fn run(suites: impl IntoIterator<Item = Suite>) -> ExitCode {
    let tests: Vec<Test> = suites.into_iter().flat_map(|suite| suite.tests).collect();
    let required = env::var("REQUIRE_POSTGRES").is_ok_and(|value| value == "1");
    match run_tests(&Arguments::from_args(), &tests, &Places::of_this_machine(), required) {
        Ok(conclusion) => conclusion.exit_code(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What there is for the tests on PostgreSQL.
#[derive(Debug)]
enum Postgres {
    NotNeeded,
    Missing,
    Running(Arc<PostgresServer>),
}

fn run_tests(arguments: &Arguments, tests: &[Test], places: &Places, postgres_is_required: bool) -> Result<Conclusion> {
    let postgres = get_postgres(arguments, tests, places, postgres_is_required)?;
    let is_ignored = |test: &Test| !postgres_is_required && places.lack(test);
    let trials = tests.iter().flat_map(|test| {
        let trials = trials_of(test, &postgres).into_iter();
        trials.map(|trial| if is_ignored(test) { trial.with_ignored_flag(true) } else { trial })
    });
    let trials = trials.collect();
    Ok(libtest_mimic::run(arguments, trials))
}

fn get_postgres(arguments: &Arguments, tests: &[Test], places: &Places, required: bool) -> Result<Postgres> {
    // Which tests are ignored is not known before PostgreSQL was looked for.
    let by_name = Arguments { ignored: false, ..arguments.clone() };
    let is_selected = |test: &Test| !by_name.is_filtered_out(&Trial::test(test.name_on(Engine::Postgres), || Ok(())));
    if !tests.iter().filter(|test| test.runs_on(Engine::Postgres)).any(is_selected) {
        return Ok(Postgres::NotNeeded);
    }
    let source = match places.find() {
        Ok(source) => source,
        Err(reason) if required => return Err(reason.context("REQUIRE_POSTGRES is set, but there is no PostgreSQL")),
        Err(reason) => {
            eprintln!("The tests on PostgreSQL are ignored: {reason:#}.");
            return Ok(Postgres::Missing);
        }
    };
    // As there is a server, no test is ignored, and to run the ignored ones is to run none.
    if arguments.list || arguments.ignored {
        return Ok(Postgres::NotNeeded);
    }
    Ok(Postgres::Running(Arc::new(PostgresServer::start(source)?)))
}

fn trials_of(test: &Test, postgres: &Postgres) -> Vec<Trial> {
    let body = match &test.body {
        Body::Alone(body) => {
            let body = Arc::clone(body);
            return vec![Trial::test(&test.name, move || block_on(&new_runtime()?, || body()))];
        }
        Body::OnADatabase(body) => body,
    };
    let mut trials = Vec::new();
    if test.runs_on(Engine::Sqlite) {
        let body = Arc::clone(body);
        trials.push(Trial::test(test.name_on(Engine::Sqlite), move || run_on_sqlite(&*body)));
    }
    if test.runs_on(Engine::Postgres) {
        let (body, migrated) = (Arc::clone(body), test.migrated);
        let name = test.name_on(Engine::Postgres);
        trials.push(match postgres {
            Postgres::Running(server) => {
                let server = Arc::clone(server);
                Trial::test(name, move || run_on_postgres(&*body, &server, migrated))
            }
            Postgres::NotNeeded | Postgres::Missing => {
                // Run all the same with `--include-ignored`.
                let trial = Trial::test(name, || Err("there is no PostgreSQL".into()));
                trial.with_ignored_flag(matches!(postgres, Postgres::Missing))
            }
        });
    }
    trials
}

// In these two, the database is dropped after the runtime with everything that still runs on it, also if the test panics.

fn run_on_sqlite(body: &DatabaseTest) -> Result<(), Failed> {
    let directory = tempfile::Builder::new().prefix("bookstore-test-").tempdir()?;
    let runtime = new_runtime()?;
    block_on(&runtime, || body(TestDatabase::sqlite(directory.path())))
}

fn run_on_postgres(body: &DatabaseTest, server: &PostgresServer, migrated: bool) -> Result<(), Failed> {
    let database = server.create_database(migrated).map_err(|error| format!("no database: {error:#}"))?;
    let runtime = new_runtime()?;
    block_on(&runtime, || body(TestDatabase::postgres(database.url())))
}

/// Each test has its own, so that nothing that it leaves running disturbs another.
fn new_runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

/// Calls the function within the runtime, too: it need not be `async` itself.
fn block_on(runtime: &Runtime, test: impl FnOnce() -> RunningTest) -> Result<(), Failed> {
    runtime.block_on(async { test().await })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    async fn passes(_: TestDatabase) {}
    async fn needs_no_database() {}

    /// Runs both on a machine without any PostgreSQL. Gives the lines about tests that are not filtered out, too.
    fn run_without_postgres(arguments: &[&str], required: bool) -> Result<(Conclusion, String)> {
        let places = Places {
            given_url: None,
            // Nobody listens on port 1.
            compose_url: "postgres://nobody@127.0.0.1:1/nothing".to_owned(),
            programs: vec!["/nonexistent".into()],
            pgbouncer: None,
            prometheus: false,
        };
        let report = tempfile::NamedTempFile::new()?;
        let mut arguments = Arguments::from_iter(["it"].iter().chain(arguments));
        arguments.logfile = report.path().to_str().map(str::to_owned);
        let conclusion = run_tests(&arguments, &crate::tests![passes, needs_no_database].tests, &places, required)?;
        Ok((conclusion, fs::read_to_string(report)?))
    }

    #[test]
    fn without_a_server_the_tests_on_postgres_are_ignored_by_name() -> Result<()> {
        let (conclusion, report) = run_without_postgres(&[], false)?;
        assert_eq!((conclusion.num_passed, conclusion.num_ignored, conclusion.num_failed), (2, 1, 0));
        let line = report.lines().find(|line| line.contains("postgres::run::tests::passes"));
        assert!(line.is_some_and(|line| line.ends_with("ignored")), "{report}");
        Ok(())
    }

    #[test]
    fn without_a_server_they_are_listed_as_ignored() -> Result<()> {
        let (_, report) = run_without_postgres(&["--list", "--ignored"], false)?;
        assert_eq!(report, "postgres::run::tests::passes: test\n");
        Ok(())
    }

    #[test]
    fn without_a_server_they_fail_when_ignored_tests_are_asked_for() -> Result<()> {
        let (conclusion, _) = run_without_postgres(&["--ignored"], false)?;
        assert_eq!((conclusion.num_passed, conclusion.num_failed), (0, 1));
        Ok(())
    }

    #[test]
    fn a_server_that_is_required_and_missing_is_an_error() {
        let error = run_without_postgres(&[], true).unwrap_err();
        assert!(format!("{error:#}").starts_with("REQUIRE_POSTGRES is set, but there is no PostgreSQL: "), "{error:#}");
    }

    #[test]
    fn tests_that_start_servers_are_ignored_or_fail_where_none_is_installed() -> Result<()> {
        let arguments = Arguments::from_iter(["it", "--quiet"]);
        let places = Places {
            given_url: Some("postgres://nobody@127.0.0.1:1/nothing".to_owned()),
            compose_url: String::new(),
            programs: vec!["/nonexistent".into()],
            pgbouncer: None,
            prometheus: false,
        };
        for (required, ignored) in [(false, 2), (true, 0)] {
            let mut tests = crate::tests![needs_no_database].with_servers_of_their_own().tests;
            tests.extend(crate::tests![needs_no_database].with_pgbouncer().tests);
            let conclusion = run_tests(&arguments, &tests, &places, required)?;
            assert_eq!((conclusion.num_passed, conclusion.num_ignored), (2 - ignored, ignored));
        }
        Ok(())
    }

    #[test]
    fn a_server_is_required_only_by_tests_that_are_selected() -> Result<()> {
        for name in ["sqlite::", "needs_no_database"] {
            let (conclusion, _) = run_without_postgres(&[name], true)?;
            assert_eq!((conclusion.num_passed, conclusion.num_ignored, conclusion.num_failed), (1, 0, 0));
        }
        Ok(())
    }
}
