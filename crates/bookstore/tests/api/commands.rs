//! The commands for operators.

use std::fs;
use std::path::Path;
use std::process::Output;

use tempfile::tempdir;
use test_support::{Bystander, Suite, TestDatabase, tests};

use crate::support::{JWT_SECRET, TestApp, run};

pub(crate) fn suite() -> Suite {
    tests![migrates_up_and_down, a_start_leaves_an_older_schema_alone_when_told_to].on_an_empty_database().and(tests![
        the_doctor_finds_and_repairs_what_is_wrong,
        there_is_nothing_to_examine_without_a_store,
        checks_the_settings_and_opens_nothing,
        prints_the_openapi_document,
    ])
}

struct Ran {
    succeeded: bool,
    out: String,
    err: String,
}

fn command(database: &TestDatabase, arguments: &[&str]) -> Ran {
    let directory = tempdir().unwrap();
    ran(run(directory.path(), &[("DATABASE_URL", database.url()), ("JWT_SECRET", JWT_SECRET)], arguments))
}

fn ran(output: Output) -> Ran {
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    Ran { succeeded: output.status.success(), out, err }
}

async fn migrates_up_and_down(database: TestDatabase) {
    // So that there is a file on SQLite.
    Bystander::connect(database.url()).await.execute("SELECT 1").await;
    let pending = command(&database, &["migrate", "status"]);
    assert!(!pending.succeeded && pending.err.contains("run `bookstore migrate up`"), "{}", pending.err);
    let steps = pending.out.lines().count();
    assert!(pending.out.lines().all(|line| line.starts_with("pending  m2026")), "{}", pending.out);

    let up = command(&database, &["migrate", "up"]);
    assert!(up.succeeded, "{}", up.err);
    assert!(up.out.lines().all(|line| line.starts_with("applied  m2026")), "{}", up.out);
    assert_eq!(command(&database, &["migrate", "status"]).out, up.out);

    let down = command(&database, &["migrate", "down", "2"]);
    assert!(down.succeeded, "{}", down.err);
    let states: Vec<_> = down.out.lines().map(|line| &line[..7]).collect();
    assert_eq!(states, [vec!["applied"; steps - 2], vec!["pending"; 2]].concat());

    let refused = command(&database, &["doctor"]);
    assert!(!refused.succeeded && refused.err.contains("migrate status"), "{}", refused.err);
}

async fn a_start_leaves_an_older_schema_alone_when_told_to(database: TestDatabase) {
    let refused = command(&database, &["--migrate-on-start", "off"]);
    assert!(!refused.succeeded, "{}", refused.out);
    assert_eq!(
        refused.err.lines().filter(|line| line.contains("MIGRATE_ON_START is off")).count(),
        1,
        "{}",
        refused.err
    );
    let sql = Bystander::connect(database.url()).await;
    assert!(sql.try_execute("SELECT 1 FROM books").await.is_err());
}

async fn the_doctor_finds_and_repairs_what_is_wrong(database: TestDatabase) {
    let app = TestApp::start(&database).await;
    let book = app.add_book(0).await;
    app.register("ada@example.com").await.place(&book).await;
    let sound = command(&database, &["doctor"]);
    assert!(sound.succeeded && sound.out.lines().all(|line| line.starts_with("ok ")), "{}{}", sound.out, sound.err);

    let sql = Bystander::connect(database.url()).await;
    sql.execute("UPDATE books SET stock_quantity = 1, round = round + 1").await;
    let found = command(&database, &["doctor"]);
    assert!(!found.succeeded);
    assert!(found.out.contains("VIOLATED  a round that has ended has a restock\n            book "), "{}", found.out);
    assert!(found.err.contains("`bookstore doctor --repair`"), "{}", found.err);

    let repaired = command(&database, &["doctor", "--repair"]);
    assert!(repaired.succeeded, "{}{}", repaired.out, repaired.err);
    assert!(repaired.out.starts_with("repaired  a round that has ended has a restock (1)\n"), "{}", repaired.out);
    assert_eq!(sql.column::<String>("SELECT status FROM pre_booking_statuses").await, ["notified"]);
}

async fn there_is_nothing_to_examine_without_a_store() {
    let directory = tempdir().unwrap();
    for arguments in [&["doctor"][..], &["migrate", "status"], &["migrate", "down"]] {
        let refused = ran(run(directory.path(), &[], arguments));
        assert!(
            !refused.succeeded && refused.err.contains("there is no store at data/bookstore.db"),
            "{}",
            refused.err
        );
    }
    assert!(is_empty(directory.path()));
}

async fn checks_the_settings_and_opens_nothing() {
    let directory = tempdir().unwrap();
    let unreachable = [("DATABASE_URL", "postgres://nobody@192.0.2.1:1/x"), ("JWT_SECRET", JWT_SECRET)];
    let valid = ran(run(directory.path(), &unreachable, &["check-config"]));
    assert!(valid.succeeded, "{}", valid.err);
    let invalid = ran(run(directory.path(), &[("JWT_SECRET", "short")], &["check-config"]));
    assert!(!invalid.succeeded && invalid.err.contains("JWT_SECRET"), "{}", invalid.err);
    assert!(is_empty(directory.path()));
}

async fn prints_the_openapi_document() {
    let directory = tempdir().unwrap();
    let printed = ran(run(directory.path(), &[], &["openapi"]));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi.json");
    assert_eq!(printed.out, fs::read_to_string(file).unwrap());
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}
