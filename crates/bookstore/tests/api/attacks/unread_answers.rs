//! Clients that ask for large files and read nothing.

use tempfile::tempdir;
use test_support::{Suite, rounds, tests};

use crate::support::{Program, RawConnection};

pub(super) fn suite() -> Suite {
    tests![unread_answers_take_little_memory_and_end]
}

/// How much memory one connection may take, in KiB. The file that it asks for has 1.4 MB.
const OF_A_CONNECTION: u64 = 512;

async fn unread_answers_take_little_memory_and_end() {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &[("CLIENT_TIMEOUT_SECONDS", "10"), ("WORKER", "off")]);
    let own = program.sockets();
    let count = rounds(60).min(300);
    let before = program.peak_memory();
    let request = "GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n".repeat(16);
    let mut clients = Vec::new();
    for _ in 0..count {
        let mut client = RawConnection::open(&program.url);
        client.say(request.as_bytes()).unwrap();
        clients.push(client);
    }
    // All of them get the beginning of an answer.
    for client in &mut clients {
        assert_eq!(client.read_status(), 200);
    }
    let of_clients = program.sockets().difference(&own).cloned().collect();
    program.until_closed(&of_clients);
    let taken = program.peak_memory() - before;
    eprintln!("{count} connections that read nothing took {} MB", taken / 1024);
    assert!(taken < count as u64 * OF_A_CONNECTION, "{count} connections took {} MB", taken / 1024);
}
