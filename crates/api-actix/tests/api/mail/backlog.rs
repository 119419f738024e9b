//! Many mails at once. `SOAK=100` drains 100,000.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, rounds, tests};

use super::mailroom::{add_waiters, counts, distinct, environment, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![two_workers_share_a_backlog, a_backlog_is_drained_in_little_memory].only_on(Engine::Postgres)
}

const IN_HAND: usize = 10;

async fn two_workers_share_a_backlog(database: TestDatabase) {
    let mails = MailServer::keep_no_contents().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let (book, count) = (app.add_book(0).await, rounds(1_000));
    add_waiters(&database, &book, count).await;
    app.set_stock(&book, 1).await;
    // Both have begun before either goes on.
    mails.at(Step::MailFrom, Verdict::Hold);
    let start = || Program::start_worker(directory.path(), &environment(&database, &url));
    let workers = [start(), start()];
    mails.until_so_many_are_held(Step::MailFrom, 2 * IN_HAND).await;
    mails.carry_on();

    mails.until_taken(count).await;
    until_counted(app.admin().await, &book, &counts(0, count, 0, 0)).await;

    for worker in workers {
        worker.terminate();
        let settled = worker.wait().matches("delivery settled").count();
        assert!(settled >= IN_HAND, "one did nearly nothing: {settled} of {count}");
    }
    let taken = mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (count, count));
}

/// What a backlog may take more than a server that has nothing to do, however long it is.
const MORE_MEMORY_KIB: u64 = 48 * 1024;

async fn a_backlog_is_drained_in_little_memory(database: TestDatabase) {
    let mails = MailServer::keep_no_contents().unwrap();
    let (directory, url) = (tempdir().unwrap(), mails.url());
    let program = Program::start(directory.path(), &environment(&database, &url));
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book: Value = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    let count = rounds(1_000);
    add_waiters(&database, &book, count).await;
    Bystander::connect(database.url()).await.execute("ANALYZE").await;
    let before = program.peak_memory();

    let start = Instant::now();
    let path = format!("/books/{}/stock", book["id"]);
    admin.patch(&path, &json!({ "quantity": 1 })).await.body_of(200);
    let restocked = start.elapsed();
    mails.until_taken(count).await;
    let drained = start.elapsed();
    until_counted(&admin, &book, &counts(0, count, 0, 0)).await;

    let after = program.peak_memory();
    let rate = f64::from(u32::try_from(count).unwrap()) / drained.as_secs_f64();
    let figures =
        format!("{count} mails in {drained:.1?}, {rate:.0}/s; restock {restocked:.1?}; {before} KiB, then {after}");
    eprintln!("{figures}");
    assert!(after - before < MORE_MEMORY_KIB, "{figures}");
    assert!(restocked < Duration::from_secs(1), "it does not wait for the mails: {figures}");
    let taken = mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (count, count));
}
