//! Clients that announce a body and send none.

use std::time::Duration;

use reqwest::Client;
use tempfile::tempdir;
use test_support::{Suite, rounds, tests};

use super::ATTACKER;
use crate::support::{Program, RawConnection};

pub(super) fn suite() -> Suite {
    tests![
        a_body_that_never_comes_is_answered_with_408,
        slow_clients_of_one_peer_do_not_stop_the_service,
        the_limit_of_open_files_is_raised,
    ]
}

const HEAD: &str = "POST /auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

async fn a_body_that_never_comes_is_answered_with_408() {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &[("CLIENT_TIMEOUT_SECONDS", "1")]);
    for rest in ["content-length: 100\r\n\r\n", "content-length: 100\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n"] {
        let mut client = RawConnection::open(&program.url);
        client.say(format!("{HEAD}{rest}").as_bytes()).unwrap();
        let answer = client.read_kept_answer();
        assert_eq!(answer.status, 408, "{rest:?}: {answer:?}");
        assert!(answer.body.contains("REQUEST_TIMEOUT"), "{rest:?}: {answer:?}");
        assert!(answer.head.contains("connection: close"), "{rest:?}: {answer:?}");
        client.assert_hung_up();
    }
}

async fn slow_clients_of_one_peer_do_not_stop_the_service() {
    let directory = tempdir().unwrap();
    // More clients than the service may have files open.
    let (files, clients) = ("-n 200", rounds(250).min(600));
    let program = Program::start_with_ulimit(directory.path(), files, &[("RATE_LIMIT", "on")]);
    let mut slow = Vec::new();
    for _ in 0..clients {
        let mut client = RawConnection::open_from(ATTACKER, &program.url).await;
        // A connection that was refused may already be closed.
        let _ = client.say(format!("{HEAD}content-length: 100\r\n\r\n").as_bytes());
        slow.push(client);
    }
    let others = Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    for _ in 0..10 {
        let answer = others.get(format!("{}/books", program.url)).send().await;
        assert_eq!(answer.expect("it answers others").status().as_u16(), 200);
    }
    drop(slow);
}

async fn the_limit_of_open_files_is_raised() {
    let directory = tempdir().unwrap();
    let program = Program::start_with_ulimit(directory.path(), "-Sn 128", &[]);
    assert!(program.max_open_files() > 128, "{}", program.max_open_files());
}
