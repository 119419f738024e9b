//! The service is told to stop while requests hang that never end by themselves.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, Network, Suite, TestDatabase, tests};

use super::kept_connections::begin_to_add_a_book;
use super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Gates, Program, RawConnection, add_books};

pub(crate) fn suite() -> Suite {
    tests![cuts_off_requests_that_never_end].only_on(Engine::Postgres)
}

/// How many requests of each kind hang. Every thread has some.
const CLIENTS: usize = 4;
/// How long the service may take to stop.
const LIMIT: Duration = Duration::from_secs(30);
/// How long the test watches: it also sees a panic after the limit.
const WATCHED: Duration = Duration::from_secs(40);

async fn cuts_off_requests_that_never_end(database: TestDatabase) {
    let store = Bystander::connect(database.url()).await;
    let (gates, books) = (Gates::build(&store).await, add_books(&store, "T", CLIENTS).await);
    let network = Network::to(database.url()).await.unwrap();
    let settings = [&environment(network.url())[..], &[("WORKER", "off")]].concat();
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &settings);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let mut clients: Vec<_> = (0..3 * CLIENTS).map(|_| RawConnection::open(&program.url)).collect();

    // In a transaction, with a body that never comes, and with a statement that gets no response.
    let (in_a_transaction, others) = clients.split_at_mut(CLIENTS);
    let (sending, asking) = others.split_at_mut(CLIENTS);
    gates.shut(&books).await;
    for (client, book) in in_a_transaction.iter_mut().zip(&books) {
        client.call(&admin, &Method::PATCH, &format!("/books/{book}/stock"), &json!({ "quantity": 1 }));
    }
    for client in sending {
        begin_to_add_a_book(client, &admin);
    }
    gates.until_waiting(CLIENTS).await;
    network.fall_silent();
    for client in asking {
        client.call(&admin, &Method::GET, "/prebooks", &Value::Null);
    }

    program.terminate();
    let started = Instant::now();
    let has_ended = program.ends_within(WATCHED);
    let took = started.elapsed();
    let log = program.stop();
    let panics: Vec<_> = log.lines().filter(|line| line.contains("panicked")).collect();
    assert!(has_ended && took <= LIMIT && panics.is_empty(), "ended: {has_ended}, after {took:?}, with {panics:#?}");
}
