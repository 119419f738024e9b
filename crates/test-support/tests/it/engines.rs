//! Which tests run, where, and on what.

use sea_orm::{ConnectionTrait as _, Database, DbErr};
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::inner::InnerRun;

pub(crate) fn suite() -> Suite {
    tests![a_database_can_be_used, a_test_may_use_what_can_not_be_sent]
        .and(tests![the_template_is_migrated].only_on(Engine::Postgres))
        .and(tests![an_empty_database_has_no_table].only_on(Engine::Postgres).on_an_empty_database())
        .and(tests![there_is_no_file_yet].only_on(Engine::Sqlite))
        .and(tests![
            each_test_is_listed_once_for_each_engine,
            a_run_of_the_sqlite_tests_needs_no_server,
            a_server_that_was_given_and_does_not_answer_is_a_failure,
        ])
}

async fn a_database_can_be_used(database: TestDatabase) -> Result<(), DbErr> {
    let url = match database.engine() {
        Engine::Sqlite => format!("{}?mode=rwc", database.url()),
        Engine::Postgres => database.url().to_owned(),
    };
    let connection = Database::connect(url).await?;
    connection.execute_unprepared("CREATE TABLE things (id INT)").await?;
    connection.execute_unprepared("INSERT INTO things VALUES (1)").await?;
    Ok(())
}

async fn a_test_may_use_what_can_not_be_sent(_: TestDatabase) {
    let counter = std::rc::Rc::new(1);
    tokio::task::yield_now().await;
    assert_eq!(*counter, 1);
}

async fn the_template_is_migrated(database: TestDatabase) -> Result<(), DbErr> {
    let connection = Database::connect(database.url()).await?;
    assert!(migration::is_current(&connection).await?);
    Ok(())
}

async fn an_empty_database_has_no_table(database: TestDatabase) -> Result<(), DbErr> {
    let connection = Database::connect(database.url()).await?;
    let tables = "SELECT FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(connection.execute_unprepared(tables).await?.rows_affected(), 0);
    Ok(())
}

async fn there_is_no_file_yet(database: TestDatabase) {
    let directory = database.directory().unwrap();
    assert_eq!(database.url(), format!("sqlite://{}/bookstore.db", directory.display()));
    assert_eq!(directory.read_dir().unwrap().count(), 0);
}

/// Nobody listens on port 1.
const NO_SERVER: &str = "postgres://someone:secret@127.0.0.1:1/nothing";

async fn each_test_is_listed_once_for_each_engine() {
    let (status, output, _) = InnerRun::start(&["--list"], Some(NO_SERVER)).end();
    assert!(status.success());
    let names: Vec<&str> = output.lines().collect();
    let expected = [
        "sqlite::inner::passes: test",
        "postgres::inner::passes: test",
        "sqlite::inner::panics: test",
        "postgres::inner::panics: test",
        "sqlite::inner::never_ends: test",
        "postgres::inner::never_ends: test",
        "inner::needs_no_database: test",
    ];
    assert_eq!(names, expected);
}

async fn a_run_of_the_sqlite_tests_needs_no_server() {
    let (status, output, _) = InnerRun::start(&["sqlite::inner::passes"], Some(NO_SERVER)).end();
    assert!(status.success());
    assert!(output.contains("1 passed; 0 failed; 0 ignored"), "{output}");
}

async fn a_server_that_was_given_and_does_not_answer_is_a_failure() {
    let (status, _, messages) = InnerRun::start(&["passes"], Some(NO_SERVER)).end();
    assert!(!status.success());
    assert!(messages.contains("TEST_DATABASE_URL is set to postgres://someone@127.0.0.1:1/nothing"), "{messages}");
}
