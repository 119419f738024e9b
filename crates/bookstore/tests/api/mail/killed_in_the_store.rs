//! The worker is killed between any two of its statements. The test holds a lock that the second one waits for.

use serde_json::Value;
use tempfile::{TempDir, tempdir};
use test_support::{Engine, MailServer, Step, Suite, TestDatabase, Verdict, tests};

use super::killed::{WAITERS, assert_mails_and_copies, end_all_claims};
use super::mailroom::{counts, environment, restock, until_counted};
use crate::support::{Bystander, Program, TestApp};

pub(crate) fn suite() -> Suite {
    tests![
        recovers_when_killed_before_deliveries_are_added,
        recovers_when_killed_before_the_progress_is_saved,
        recovers_when_killed_before_deliveries_are_claimed,
        recovers_when_killed_before_deliveries_are_read_again,
        recovers_when_killed_before_the_reply_is_recorded,
        recovers_when_killed_before_the_attempt_is_recorded,
    ]
    .only_on(Engine::Postgres)
}

/// A restock whose fan-out has not started, and a session that can lock what the worker needs.
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
        let book = restock(&database, &app, WAITERS).await;
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

    /// Kills a worker while a statement like this waits for the lock. It waits for up to a second each time, and is then repeated.
    async fn kill_when_it_waits(&self, mut worker: Program, statement: &str) {
        let waits = format!("wait_event_type = 'Lock' AND query LIKE '{statement}%'");
        self.observer.until_session(&waits).await;
        worker.stop();
        self.somebody.execute("ROLLBACK").await;
        // Its sessions end when the server notices.
        self.observer.until_sessions("state <> 'idle'", 0).await;
        self.mails.until_nobody_is_connected().await;
    }

    /// Checks that another worker does the rest, and sends this many second copies.
    async fn assert_another_takes_over(&self, copies: usize, point: &str) {
        until_counted(self.app.admin().await, &self.book, &counts(WAITERS, 0, 0, 0)).await;
        end_all_claims(&self.database).await;
        let _worker = self.start_worker();
        until_counted(self.app.admin().await, &self.book, &counts(0, WAITERS, 0, 0)).await;
        assert_mails_and_copies(&self.mails.mails(), copies, point);
        let [deliveries, attempts] = self
            .observer
            .numbers("SELECT (SELECT count(*) FROM deliveries), (SELECT count(*) FROM delivery_attempts)")
            .await;
        assert_eq!((deliveries, attempts), (3, 3), "killed at {point}");
    }
}

async fn recovers_when_killed_before_deliveries_are_added(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE deliveries IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"INSERT INTO "deliveries""#).await;
    scene.assert_another_takes_over(0, "fan-out").await;
}

async fn recovers_when_killed_before_the_progress_is_saved(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE restocks IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"UPDATE "restocks""#).await;
    scene.assert_another_takes_over(0, "end of the fan-out").await;
}

async fn recovers_when_killed_before_deliveries_are_claimed(database: TestDatabase) {
    let scene = Scene::set(database).await;
    // The first worker adds the deliveries, and is killed while the mail server says nothing.
    scene.mails.at(Step::Greeting, Verdict::Hold);
    let mut first = scene.start_worker();
    scene.mails.until_so_many_are_held(Step::Greeting, WAITERS).await;
    first.stop();
    scene.mails.carry_on();
    end_all_claims(&scene.database).await;
    scene.lock("LOCK TABLE deliveries IN SHARE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"UPDATE "deliveries" SET "claimed_until""#).await;
    scene.assert_another_takes_over(0, "claim").await;
}

async fn recovers_when_killed_before_deliveries_are_read_again(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").await;
    scene.kill_when_it_waits(scene.start_worker(), r#"SELECT "deliveries"."pre_booking_id""#).await;
    assert_eq!(scene.mails.connections(), 0);
    scene.assert_another_takes_over(0, "look").await;
}

async fn recovers_when_killed_before_the_reply_is_recorded(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.mails.at(Step::RcptTo, Verdict::Hold);
    let worker = scene.start_worker();
    scene.mails.until_so_many_are_held(Step::RcptTo, WAITERS).await;
    scene.lock("SELECT FROM deliveries FOR UPDATE").await;
    scene.mails.carry_on();
    scene.mails.until_taken(WAITERS).await;
    scene.kill_when_it_waits(worker, r#"SELECT "deliveries"."attempts""#).await;
    scene.assert_another_takes_over(WAITERS, "record").await;
}

async fn recovers_when_killed_before_the_attempt_is_recorded(database: TestDatabase) {
    let scene = Scene::set(database).await;
    scene.lock("LOCK TABLE delivery_attempts IN SHARE MODE").await;
    let worker = scene.start_worker();
    scene.mails.until_taken(WAITERS).await;
    scene.kill_when_it_waits(worker, r#"INSERT INTO "delivery_attempts""#).await;
    scene.assert_another_takes_over(WAITERS, "record of the attempt").await;
}
