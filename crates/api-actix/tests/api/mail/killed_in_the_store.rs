//! The same between any two things that a worker tells the store. The test holds a lock that the next of them waits for.

use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::{TempDir, tempdir};
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::killed::{WAITERS, are_mails_with_copies, end_all_claims};
use super::mailroom::{add_waiters, counts, environment, until_counted};
use crate::support::{Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![
        before_the_deliveries_are_made,
        before_the_end_of_the_batch_is_noted,
        before_they_are_claimed,
        before_it_looks_again,
        before_the_answer_is_recorded,
        before_the_attempt_is_recorded,
    ]
    .only_on(Engine::Postgres)
}

/// A restock that nobody has heard of, and somebody who can stand in the way.
struct Scene {
    mails: MailServer,
    app: TestApp,
    database: TestDatabase,
    directory: TempDir,
    book: Value,
    somebody: Bystander,
    observer: Bystander,
}

impl Scene {
    async fn set(database: TestDatabase) -> Self {
        let app = TestApp::start(&database).await;
        let book = app.add_book(0).await;
        add_waiters(&database, &book, WAITERS).await;
        app.admin().await;
        app.set_stock(&book, 1).await;
        let (somebody, observer) = (Bystander::connect(database.url()).await, Bystander::connect(database.url()).await);
        let (mails, directory) = (MailServer::start().unwrap(), tempdir().unwrap());
        Self { mails, app, database, directory, book, somebody, observer }
    }

    fn start_worker(&self) -> Program {
        Program::start_worker(self.directory.path(), &environment(&self.database, &self.mails.url()))
    }

    async fn lock(&self, what: &str) {
        self.somebody.execute(&format!("BEGIN; {what}")).await;
    }

    /// Kills a worker while a statement like this waits for the lock; that is for a second at most, and then anew.
    async fn kill_when_it_waits(&self, mut worker: Program, statement: &str) {
        let waits = format!(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '{statement}%'"
        );
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.observer.numbers(&waits).await == [0] {
            assert!(Instant::now() < deadline, "nothing like {statement} waits for a lock");
        }
        worker.stop();
        self.somebody.execute("ROLLBACK").await;
        // Its sessions end when the server notices.
        self.observer.until_sessions("state <> 'idle'", 0).await;
        self.mails.until_nobody_is_connected().await;
    }

    /// Another worker does all that is left, and there are so many second copies.
    async fn another_goes_on(&self, copies: usize, point: &str) {
        until_counted(self.app.admin().await, &self.book, &counts(WAITERS, 0, 0, 0)).await;
        end_all_claims(&self.database).await;
        let _worker = self.start_worker();
        until_counted(self.app.admin().await, &self.book, &counts(0, WAITERS, 0, 0)).await;
        are_mails_with_copies(&self.mails.mails(), copies, point);
        let [deliveries, attempts] = self
            .observer
            .numbers("SELECT (SELECT count(*) FROM deliveries), (SELECT count(*) FROM delivery_attempts)")
            .await;
        assert_eq!((deliveries, attempts), (3, 3), "killed at {point}");
    }
}

async fn before_the_deliveries_are_made(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE deliveries IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"INSERT INTO "deliveries""#).await;
    scene.another_goes_on(0, "fan-out").await;
}

async fn before_the_end_of_the_batch_is_noted(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE restocks IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"UPDATE "restocks""#).await;
    scene.another_goes_on(0, "end of the fan-out").await;
}

async fn before_they_are_claimed(database: TestDatabase) {
    let scene = Scene::set(database).await;
    // The deliveries are there when one is killed that has nobody to send them to.
    scene.mails.at(Step::Greeting, Verdict::Hold);
    let mut first = scene.start_worker();
    scene.mails.until_so_many_are_held(Step::Greeting, WAITERS).await;
    first.stop();
    scene.mails.carry_on();
    end_all_claims(&scene.database).await;
    scene.lock("LOCK TABLE deliveries IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"UPDATE "deliveries" SET "claimed_until""#).await;
    scene.another_goes_on(0, "claim").await;
}

async fn before_it_looks_again(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"SELECT "deliveries"."pre_booking_id""#).await;
    assert_eq!(scene.mails.connections(), 0);
    scene.another_goes_on(0, "look").await;
}

async fn before_the_answer_is_recorded(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.mails.at(Step::RcptTo, Verdict::Hold);
    let worker = scene.start_worker();
    scene.mails.until_so_many_are_held(Step::RcptTo, WAITERS).await;
    scene.lock("SELECT FROM deliveries FOR UPDATE").await;
    scene.mails.carry_on();
    scene.mails.until_taken(WAITERS).await;
    scene.kill_when_it_waits(worker, r#"UPDATE "deliveries" SET "status""#).await;
    scene.another_goes_on(WAITERS, "record").await;
}

async fn before_the_attempt_is_recorded(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE delivery_attempts IN SHARE MODE").await;
    let worker = scene.start_worker();
    scene.mails.until_taken(WAITERS).await;
    scene.kill_when_it_waits(worker, r#"INSERT INTO "delivery_attempts""#).await;
    scene.another_goes_on(WAITERS, "record of the attempt").await;
}
