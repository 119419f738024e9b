//! A client hangs up while the service begins a transaction for it.

use reqwest::Method;
use serde_json::json;
use tempfile::tempdir;
use test_support::{Engine, Network, Suite, TestDatabase, rounds, tests};
use tokio::time::timeout;
use url::Url;

use super::super::load::PATIENCE;
use super::super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, RawConnection};

pub(crate) fn suite() -> Suite {
    tests![the_next_write_on_the_connection_is_committed].only_on(Engine::Postgres)
}

const ROUNDS: usize = 20;

async fn the_next_write_on_the_connection_is_committed(database: TestDatabase) {
    let mut url = Url::parse(database.url()).unwrap();
    url.query_pairs_mut().append_pair("sslmode", "disable");
    let network = Network::to(url.as_str()).await.unwrap();
    // There is only one connection, so the next write uses it.
    let settings = [&environment(network.url())[..], &[("DATABASE_MAX_CONNECTIONS", "1"), ("WORKER", "off")]].concat();
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &settings);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let others = Bystander::connect(database.url()).await;
    let rounds = rounds(ROUNDS);
    let mut lost = 0;
    for _ in 0..rounds {
        let before = program.sockets();
        network.fall_silent_after("BEGIN");
        let mut client = RawConnection::open(&program.url);
        let unknown = json!({ "refresh_token": "unknown" });
        client.call(&program.anyone(), &Method::POST, "/auth/refresh", &unknown);
        timeout(PATIENCE, network.until_silent()).await.expect("a transaction begins");
        let of_the_client = &program.sockets() - &before;
        assert!(!of_the_client.is_empty(), "the service has no connection of the client");
        client.reset();
        program.until_closed(&of_the_client);
        network.recover();

        let book = json!({ "title": "T", "author": "A", "price": 1 });
        let added = admin.post("/books", &book).await.body_of(201);
        let [found] = others.numbers(&format!("SELECT count(*) FROM books WHERE id = {}", added["id"])).await;
        lost += 1 - found;
    }
    assert_eq!(lost, 0, "this many of {rounds} confirmed books are not in the store");
}
