//! Many e-mails at once. `SOAK=100` sends 100,000.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, rounds, tests};

use super::mailroom::{Mailroom, add_waiters, counts, distinct, environment, restock, until_counted};
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![two_workers_share_a_backlog, a_long_backlog_needs_little_memory]
        .only_on(Engine::Postgres)
        .and(tests![sends_no_more_mails_per_second_than_allowed])
}

const IN_PROGRESS: usize = 10;

async fn two_workers_share_a_backlog(database: TestDatabase) {
    let mails = MailServer::keep_no_contents().unwrap();
    let (directory, url, app) = (tempdir().unwrap(), mails.url(), TestApp::start(&database).await);
    let count = rounds(1_000);
    let book = restock(&database, &app, count).await;
    // Both have started before either continues.
    mails.at(Step::MailFrom, Verdict::Hold);
    let start = || Program::start_worker(directory.path(), &environment(&database, &url));
    let workers = [start(), start()];
    mails.until_so_many_are_held(Step::MailFrom, 2 * IN_PROGRESS).await;
    mails.carry_on();

    mails.until_taken(count).await;
    until_counted(app.admin().await, &book, &counts(0, count, 0, 0)).await;

    for worker in workers {
        worker.terminate();
        let settled = worker.wait().matches("e-mail settled").count();
        assert!(settled >= IN_PROGRESS, "one worker did almost nothing: {settled} of {count}");
    }
    let taken = mails.mails();
    assert_eq!((taken.len(), distinct(&taken)), (count, count));
}

/// How much more memory a backlog of any length may take than an idle server.
const MORE_MEMORY_KIB: u64 = 48 * 1024;

async fn a_long_backlog_needs_little_memory(database: TestDatabase) {
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

async fn sends_no_more_mails_per_second_than_allowed(database: TestDatabase) {
    const LIMIT: usize = 50;
    let room = Mailroom::open_with(database, &["--mail-max-per-second", "50"]).await;
    let book = room.add_book_with_waiters(3 * LIMIT).await;
    room.app.set_stock(&book, 1).await;

    let mut begun: Vec<_> = room.mails.until_taken(3 * LIMIT).await.iter().map(|mail| mail.begun_at).collect();

    begun.sort_unstable();
    let from = |first: &[Instant]| first.iter().take_while(|at| **at - first[0] < Duration::from_secs(1)).count();
    let most = (0..begun.len()).map(|first| from(&begun[first..])).max().unwrap();
    eprintln!("{most} mails at most within a second, of {LIMIT} allowed");
    // A slow test reads e-mails late that were sent in time, but no more than were in progress.
    assert!(most <= LIMIT + IN_PROGRESS, "{most} mails within a second");
}
