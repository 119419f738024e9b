//! What is left behind: nothing.

use std::path::Path;

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{Engine, Suite, TestDatabase, tests};
use url::Url;

use crate::inner::InnerRun;

pub(crate) fn suite() -> Suite {
    let on_any_server = tests![
        a_test_that_passes_leaves_no_database_behind,
        a_test_that_panics_leaves_no_database_behind,
        a_run_that_is_killed_leaves_no_server_behind,
        the_next_run_drops_what_a_killed_one_left_behind,
    ];
    tests![a_test_that_panics_leaves_no_file_behind].and(on_any_server.only_on(Engine::Postgres))
}

async fn a_test_that_passes_leaves_no_database_behind(database: TestDatabase) -> Result<(), DbErr> {
    let mut run = InnerRun::start(&["postgres::inner::passes"], Some(database.url()));
    let url = run.url();
    assert!(run.end().0.success());
    assert_eq!(databases_of_the_run(&database, &url).await?, 0);
    Ok(())
}

async fn a_test_that_panics_leaves_no_database_behind(database: TestDatabase) -> Result<(), DbErr> {
    let mut run = InnerRun::start(&["postgres::inner::panics"], Some(database.url()));
    let url = run.url();
    let (status, output, _) = run.end();
    assert!(!status.success());
    assert!(output.contains("test panicked: on purpose"), "{output}");
    assert_eq!(databases_of_the_run(&database, &url).await?, 0);
    Ok(())
}

async fn a_test_that_panics_leaves_no_file_behind() {
    let mut run = InnerRun::start(&["sqlite::inner::panics"], None);
    let url = run.url();
    assert!(!run.end().0.success());
    let file = Path::new(url.strip_prefix("sqlite://").unwrap());
    assert!(!file.parent().unwrap().exists());
}

/// Where no server runs already, the inner run starts one.
async fn a_run_that_is_killed_leaves_no_server_behind(_: TestDatabase) {
    let mut run = InnerRun::start(&["postgres::inner::never_ends"], None);
    let url = Url::parse(&run.url()).unwrap();
    let socket_directory = url.query_pairs().find(|(key, _)| key == "host").map(|(_, directory)| directory);
    assert!(socket_directory.as_deref().is_none_or(|directory| Path::new(directory).exists()));
    run.kill();
    run.end();
    assert!(socket_directory.as_deref().is_none_or(|directory| !Path::new(directory).parent().unwrap().exists()));
    if socket_directory.is_some() {
        assert!(Database::connect(url).await.is_err());
    }
}

async fn the_next_run_drops_what_a_killed_one_left_behind(database: TestDatabase) -> Result<(), DbErr> {
    let mut killed = InnerRun::start(&["postgres::inner::never_ends"], Some(database.url()));
    let url = killed.url();
    assert_eq!(databases_of_the_run(&database, &url).await?, 2, "the template, and the one of the test");
    killed.kill();
    killed.end();
    // Until the server notices, the run looks alive.
    let wait = format!(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = '{}'",
        run_name(&url)
    );
    Database::connect(database.url()).await?.execute_unprepared(&wait).await?;

    let (status, ..) = InnerRun::start(&["postgres::inner::passes"], Some(database.url())).end();
    assert!(status.success());
    assert_eq!(databases_of_the_run(&database, &url).await?, 0);
    Ok(())
}

/// How many databases there are of the run that the database of this URL belongs to.
async fn databases_of_the_run(server: &TestDatabase, url: &str) -> Result<u64, DbErr> {
    let connection = Database::connect(server.url()).await?;
    let query = format!("SELECT FROM pg_database WHERE datname ^@ '{}_'", run_name(url));
    Ok(connection.execute_unprepared(&query).await?.rows_affected())
}

fn run_name(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    let (run, _) = url.path().trim_start_matches('/').rsplit_once('_').unwrap();
    run.to_owned()
}
