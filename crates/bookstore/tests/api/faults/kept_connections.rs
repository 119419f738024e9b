//! The service is told to stop while clients have idle connections, and connections that wait for a response.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Suite, TestDatabase, tests};

use super::stopped::environment;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Caller, Program, RawAnswer, RawConnection, text};

pub(crate) fn suite() -> Suite {
    tests![idle_connections_do_not_delay_the_stop]
}

const RESTING: usize = 20;
const ASKING: usize = 5;

/// Much less than a server takes that waits until clients close their connections.
const AT_ONCE: Duration = Duration::from_secs(10);

async fn idle_connections_do_not_delay_the_stop(database: TestDatabase) {
    let (directory, environment) = (tempdir().unwrap(), environment(database.url()));
    let mut program = Program::start(directory.path(), &environment);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let said_nothing: Vec<_> = (0..RESTING).map(|_| RawConnection::open(&program.url)).collect();
    let mut resting: Vec<_> = (0..RESTING).map(|_| kept(&program)).collect();
    let mut asking: Vec<_> = (0..ASKING).map(|_| kept(&program)).collect();
    for connection in &mut asking {
        begin_to_add_a_book(connection, &admin);
    }

    program.terminate();
    program.wait_for_log("told to stop");
    let started = Instant::now();
    for (number, connection) in asking.into_iter().enumerate() {
        let answer = finish_adding_a_book(connection, number);
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(serde_json::from_str::<Value>(&answer.body).unwrap()["title"], number.to_string());
    }
    program.wait();
    assert!(started.elapsed() < AT_ONCE, "it took {:?}", started.elapsed());
    for connection in resting.drain(..).chain(said_nothing) {
        connection.assert_hung_up();
    }

    let program = Program::start(directory.path(), &environment);
    assert_eq!(program.anyone().get("/books").await.body_of(200)["total"], ASKING);
}

/// Opens a keep-alive connection on which one request was answered.
fn kept(program: &Program) -> RawConnection {
    let mut connection = RawConnection::open(&program.url);
    connection.say(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert_eq!(connection.read_kept_answer().status, 200);
    connection
}

/// Starts a request. The server has accepted it and waits for its body, so it is in flight.
pub(crate) fn begin_to_add_a_book(connection: &mut RawConnection, admin: &Caller) {
    let head = format!(
        "POST /books HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        text(&admin.tokens["access_token"]),
        body(0).len(),
    );
    connection.say(head.as_bytes()).unwrap();
    assert!(connection.read_head().starts_with("HTTP/1.1 100"));
}

pub(crate) fn finish_adding_a_book(mut connection: RawConnection, number: usize) -> RawAnswer {
    connection.say(body(number).as_bytes()).unwrap();
    // Reads to the end: the server closes the connection after its response.
    connection.read_answer()
}

fn body(number: usize) -> String {
    json!({ "title": number.to_string(), "author": "A", "price": 1 }).to_string()
}
