//! A firewall between the service and the store forgets idle connections.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, Network, Suite, TestDatabase, tests};
use tokio::time::sleep;

use super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Bystander, Caller, Gates, Program, all_at_once};

pub(crate) fn suite() -> Suite {
    tests![replaces_idle_connections_that_a_firewall_forgot].only_on(Engine::Postgres)
}

const CONNECTIONS: usize = 8;
/// Longer than a connection may be idle before the service pings it.
const REST: Duration = Duration::from_secs(31);

const CALLS: usize = 200;
const AT_ONCE: usize = 10;
const IN_TIME: Duration = Duration::from_secs(2);
/// How many calls may fail or take longer.
const FEW: usize = 2;

async fn replaces_idle_connections_that_a_firewall_forgot(database: TestDatabase) {
    let network = Network::to(database.url()).await.unwrap();
    let (directory, connections) = (tempdir().unwrap(), CONNECTIONS.to_string());
    // The worker would use connections meanwhile.
    let more = [("DATABASE_MAX_CONNECTIONS", connections.as_str()), ("WORKER", "off")];
    let program = Program::start(directory.path(), &[&environment(network.url())[..], &more].concat());
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let mut books = Vec::new();
    for _ in 0..CONNECTIONS {
        let book = json!({ "title": "T", "author": "A", "price": 1 });
        books.push(admin.post("/books", &book).await.body_of(201));
    }
    open_all_connections(&admin, &books, &Bystander::connect(database.url()).await).await;

    sleep(REST).await;
    network.forget_connections();

    let (mut bad, mut slowest) = (Vec::new(), Duration::ZERO);
    for _ in 0..CALLS / AT_ONCE {
        let calls = (0..AT_ONCE).map(|number| {
            let (admin, book) = (admin.clone(), books[number % CONNECTIONS].clone());
            async move {
                let started = Instant::now();
                // Every fourth is a unit of work.
                let answer = if number % 4 == 3 {
                    set_stock(&admin, &book).await
                } else {
                    admin.get(&format!("/books/{}", book["id"])).await
                };
                (answer.status, started.elapsed())
            }
        });
        for (status, took) in all_at_once(calls).await {
            slowest = slowest.max(took);
            if status != 200 || took > IN_TIME {
                bad.push((status, took));
            }
        }
    }
    eprintln!("{} of {CALLS} calls failed or took longer than {IN_TIME:?}; the slowest took {slowest:.1?}", bad.len());
    assert!(bad.len() <= FEW, "{bad:.1?}");
}

/// Makes as many calls wait at a gate as there are connections, so that each uses its own.
async fn open_all_connections(admin: &Caller, books: &[Value], store: &Bystander) {
    let gates = Gates::build(store).await;
    let ids: Vec<_> = books.iter().map(|book| book["id"].as_i64().unwrap()).collect();
    gates.shut(&ids).await;
    let calls = books.iter().cloned().map(|book| {
        let admin = admin.clone();
        async move { admin.try_to_place(&book).await }
    });
    let open = async {
        gates.until_waiting(CONNECTIONS).await;
        gates.open(&ids).await;
    };
    let (answers, ()) = tokio::join!(all_at_once(calls), open);
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
}

async fn set_stock(admin: &Caller, book: &Value) -> Answer {
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 0 })).await
}
