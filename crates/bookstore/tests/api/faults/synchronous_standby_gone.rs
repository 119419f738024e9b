//! Commits wait for a standby that is gone. No limit of the server ends that wait.

use std::time::Instant;

use serde_json::json;
use tempfile::tempdir;
use test_support::{OwnServer, Suite, tests};
use tokio::time::timeout;

use super::load::PATIENCE_IN_SILENCE;
use super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, PASSWORD, Program, problem};

pub(crate) fn suite() -> Suite {
    tests![an_abandoned_commit_has_an_unknown_outcome].with_servers_of_their_own()
}

async fn an_abandoned_commit_has_an_unknown_outcome() {
    let mut server = OwnServer::start().unwrap();
    let (directory, url) = (tempdir().unwrap(), server.url().to_owned());
    let program = Program::start(directory.path(), &[&environment(&url)[..], &[("WORKER", "off")]].concat());
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let new_book = json!({ "title": "T", "author": "A", "price": 1 });
    let book = admin.post("/books", &new_book).await.body_of(201);
    let restocked = admin.post("/books", &new_book).await.body_of(201);
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD });
    let ada = admin.with_tokens(program.anyone().post("/auth/register", &ada).await.body_of(201));
    let store = Bystander::connect(&url).await;

    server.set("synchronous_standby_names", "nobody").unwrap();
    until_commits_wait(&store, &url).await;
    let started = Instant::now();
    // One is a statement that commits by itself, the other a unit of work.
    let (stock, one) = (format!("/books/{}/stock", restocked["id"]), json!({ "quantity": 1 }));
    let both = async { tokio::join!(ada.try_to_place(&book), admin.patch(&stock, &one)) };
    let (placed, restock) = timeout(PATIENCE_IN_SILENCE, both).await.expect("a response in time");
    eprintln!("commits without a standby were answered after {:.1?}", started.elapsed());
    for answer in [placed, restock] {
        answer.is_problem(&problem(503, "OUTCOME_UNKNOWN"));
    }
    program.anyone().get("/books").await.body_of(200);

    server.set("synchronous_standby_names", "").unwrap();
    until_waiting_for_a_standby(&store, 0).await;
    // Both were done in the end, and a repeated placement shows it.
    ada.try_to_place(&book).await.is_problem(&problem(409, "PREBOOK_DUPLICATE").of("book_id"));
    let shown = admin.get(&format!("/books/{}", restocked["id"])).await.body_of(200);
    assert_eq!(shown["stock_quantity"], 1);
}

/// Commits elsewhere until a commit waits, because the server takes a moment to read its settings.
async fn until_commits_wait(store: &Bystander, url: &str) {
    let somebody = Bystander::connect(url).await;
    let committing = tokio::spawn(async move {
        loop {
            somebody.execute("SELECT pg_logical_emit_message(true, '', '')").await;
        }
    });
    until_waiting_for_a_standby(store, 1).await;
    // Its session keeps waiting.
    committing.abort();
}

async fn until_waiting_for_a_standby(store: &Bystander, count: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    store.until(&format!("SELECT ({waiting}) = {count}")).await;
}
