//! The service is told to stop while requests are in flight on two of its threads, of which one ends before the other.

mod client;

use std::thread::available_parallelism;

use tempfile::{TempDir, tempdir};
use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use self::client::{Asking, Client, Turn};
use super::stopped::environment;
use crate::support::{
    ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Caller, Gates, Program, RawConnection, add_books, load_session_of,
};

pub(crate) fn suite() -> Suite {
    tests![answers_requests_in_flight_on_every_thread].only_on(Engine::Postgres)
}

/// How many programs are told to stop in all, and how many of them at the same time.
const ROUNDS: usize = 10;
const AT_ONCE: usize = 5;
/// The requests of the clients on each of the two threads.
const ASKING: [Asking; 4] = [Asking::SetStock, Asking::SetStock, Asking::Place, Asking::AddBook];

async fn answers_requests_in_flight_on_every_thread(database: TestDatabase) {
    let store = Bystander::connect(database.url()).await;
    let gates = Gates::build(&store).await;
    let rounds = rounds(ROUNDS);
    let mut failed = Vec::new();
    for first in (0..rounds).step_by(AT_ONCE) {
        let (mut programs, mut clients) = (Vec::new(), Vec::new());
        for number in 0..AT_ONCE {
            programs.push(start(&database));
            let (program, _) = &programs[number];
            let books = add_books(&store, &format!("round {}", first + number), 2 * ASKING.len()).await;
            let late = admin_of_round(&store, program, first + number).await;
            clients.extend(connect(program, number, &late, books).await);
        }
        warm_up(&store, &gates, &mut clients).await;
        let wrong = stop(&gates, programs, clients).await;
        failed.extend(wrong.into_iter().filter(|wrong| !wrong.is_empty()));
    }
    assert!(failed.is_empty(), "{} of {rounds} rounds failed, such as this one: {:#?}", failed.len(), failed[0]);
}

fn start(database: &TestDatabase) -> (Program, TempDir) {
    let directory = tempdir().unwrap();
    let settings = [&environment(database.url())[..], &[("WORKER", "off")]].concat();
    (Program::start(directory.path(), &settings), directory)
}

/// Adds an admin with a session. Placements of one user wait for each other, so the late clients have an account of their own.
async fn admin_of_round(store: &Bystander, program: &Program, round: usize) -> Caller {
    let row = format!("('late{round}@example.com', 'none', 'admin', 'late {round}')");
    store.execute(&format!("INSERT INTO users (email, password_hash, role, subject) VALUES {row}")).await;
    let id = store.value(&format!("SELECT id FROM users WHERE subject = 'late {round}'")).await;
    load_session_of(id, &program.anyone(), store, "first").await
}

async fn connect(program: &Program, number: usize, late: &Caller, books: Vec<i64>) -> Vec<Client> {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let (mut clients, mut books) = (Vec::new(), books.into_iter());
    for asking in ASKING {
        // The threads take connections in turn: one thread has all the early clients, and another one all the late ones.
        for turn in [Turn::Early, Turn::Late] {
            let caller = if turn == Turn::Early { &admin } else { late };
            clients.push(Client::new((number, &program.url), caller, asking, turn, books.next().unwrap()));
        }
        for _ in 2..available_parallelism().unwrap().get() {
            drop(RawConnection::open(&program.url));
        }
    }
    clients
}

/// Makes everyone wait for the store at once, so that all its connections are open before the test.
async fn warm_up(store: &Bystander, gates: &Gates<'_>, clients: &mut [Client]) {
    let books = add_books(store, "warm-up", clients.len()).await;
    gates.shut(&books).await;
    for (client, &book) in clients.iter_mut().zip(&books) {
        client.warm_up(book);
    }
    gates.until_waiting(clients.iter().filter_map(Client::waits_for).count()).await;
    gates.open(&books).await;
    for client in clients {
        client.assert_warm();
    }
}

/// Tells all programs to stop while everyone waits, and returns what went wrong with each program.
async fn stop(gates: &Gates<'_>, mut programs: Vec<(Program, TempDir)>, clients: Vec<Client>) -> Vec<Vec<String>> {
    let (mut early, mut late): (Vec<_>, Vec<_>) = clients.into_iter().partition(|client| client.turn == Turn::Early);
    let [early_books, late_books] =
        [&early, &late].map(|clients| clients.iter().filter_map(Client::waits_for).collect::<Vec<_>>());
    gates.shut(&early_books).await;
    gates.shut(&late_books).await;
    for client in early.iter_mut().chain(&mut late) {
        client.send_request();
    }
    gates.until_waiting(early_books.len() + late_books.len()).await;
    for (program, _) in &programs {
        program.terminate();
    }
    for (program, _) in &mut programs {
        program.wait_for_log("told to stop");
    }
    let mut wrong = vec![Vec::new(); programs.len()];
    gates.open(&early_books).await;
    for client in early {
        wrong[client.program].extend(client.read_result());
    }
    for (program, _) in &programs {
        program.until_serving_threads(1);
    }
    gates.open(&late_books).await;
    for client in late {
        wrong[client.program].extend(client.read_result());
    }
    for ((program, _), wrong) in programs.into_iter().zip(&mut wrong) {
        let log = program.wait();
        wrong.extend(log.lines().filter(|line| line.contains("panicked")).map(str::to_owned));
    }
    wrong
}
