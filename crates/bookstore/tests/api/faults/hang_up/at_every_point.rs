//! Clients hang up at every point of every call, thousands of times, while other clients keep working.

use std::iter;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::vec::IntoIter;

use tempfile::tempdir;
use test_support::{Engine, Network, Suite, TestDatabase, rounds, tests};
use tokio::task::{JoinHandle, spawn_blocking};

use super::super::stopped::environment;
use super::calls::{Calls, half_done};
use super::steady::SteadyLoad;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Bystander, Program, RawConnection};

pub(crate) fn suite() -> Suite {
    tests![hang_ups_do_not_affect_other_clients]
}

/// How often the moment of the hang-up moves over the whole duration of each call.
const SWEEPS: usize = 3;
/// How many moments one sweep has.
const MOMENTS: usize = 32;
/// How many clients hang up at the same time.
const CLIENTS: usize = 8;
/// The delay in each direction between the service and PostgreSQL. It makes a statement long compared to scheduling noise.
const DELAY: Duration = Duration::from_millis(2);

/// What hang-ups must not cause.
#[derive(Debug, Default, PartialEq, Eq)]
struct Harm {
    answered_500: usize,
    panicked: usize,
    /// Transactions that began inside another one, as PostgreSQL warned.
    nested: usize,
    left_in_a_transaction: i64,
    /// Acknowledged writes of other clients that were not in the store at once, or not at the end.
    late: Findings,
    lost: Findings,
    /// Wrong responses to other clients.
    wrong: Findings,
    half_done: Findings,
}

/// Their number, and the first one.
type Findings = (usize, Option<String>);

async fn hang_ups_do_not_affect_other_clients(database: TestDatabase) {
    let network = match database.engine() {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Network::to(database.url()).await.unwrap()),
    };
    let url = network.as_ref().map_or(database.url(), |network| {
        network.delay(DELAY);
        network.url()
    });
    let settings = [&environment(url)[..], &[("WORKER", "off")]].concat();
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &settings);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let store = Bystander::connect(database.url()).await;
    let sweeps = rounds(SWEEPS);
    let calls = Arc::new(Calls::prepare(&program, &admin, &store, sweeps * (MOMENTS + 1)).await);

    let (load, started) = (SteadyLoad::start(&program, &admin, &database).await, Instant::now());
    let mut statuses = Vec::new();
    for sweep in 0..sweeps {
        calls.renew(&store).await;
        let names = Arc::new(Mutex::new(Calls::all().into_iter()));
        let clients: Vec<_> = (0..CLIENTS).map(|_| start_client(&names, &calls, &program.url, sweep)).collect();
        for client in clients {
            statuses.extend(client.await.unwrap());
        }
    }
    let took = started.elapsed();
    let audit = load.end().await;
    let half_done = half_done(&store).await;
    let busy = "(state <> 'idle' OR pid IN (SELECT pid FROM pg_locks))";
    let left_in_a_transaction = store.sessions_left(busy).await;
    program.terminate();
    let log = program.wait();

    eprintln!(
        "{:?}: {} calls were hung up on in {took:?}, {} of them after their response, beside {} acknowledged writes",
        database.engine(),
        statuses.len(),
        statuses.iter().flatten().count(),
        audit.acknowledged
    );
    let (before, after) = (statuses.contains(&None), statuses.iter().any(Option::is_some));
    assert!(
        before && after && audit.acknowledged > 0,
        "there must be hang-ups before and after the response, and load meanwhile"
    );
    // A machine that does much else may keep a call waiting for the store until it is refused. A defect would refuse many.
    assert!(audit.too_busy * 1_000 <= audit.acknowledged, "{} calls were refused", audit.too_busy);
    let harm = Harm {
        answered_500: statuses.iter().flatten().filter(|&&status| status == 500).count(),
        panicked: log.matches("panicked").count(),
        nested: log.matches("already a transaction in progress").count(),
        left_in_a_transaction,
        late: findings(audit.late),
        lost: findings(audit.lost),
        wrong: findings(audit.wrong),
        half_done: findings(half_done),
    };
    assert_eq!(harm, Harm::default(), "beside {} acknowledged writes", audit.acknowledged);
}

fn findings(all: Vec<String>) -> Findings {
    (all.len(), all.into_iter().next())
}

/// Starts one of the clients that share the calls. It returns, for each call, the status if the response came before the hang-up.
fn start_client(
    names: &Arc<Mutex<IntoIter<String>>>,
    calls: &Arc<Calls>,
    url: &str,
    sweep: usize,
) -> JoinHandle<Vec<Option<u16>>> {
    let (names, calls, url) = (Arc::clone(names), Arc::clone(calls), url.to_owned());
    spawn_blocking(move || {
        let next = || names.lock().unwrap().next();
        iter::from_fn(next).flat_map(|name| sweep_over(&calls, &url, &name, sweep)).collect()
    })
}

/// Measures one complete call, and then hangs up at one moment after another.
fn sweep_over(calls: &Calls, url: &str, name: &str, sweep: usize) -> Vec<Option<u16>> {
    let first = sweep * (MOMENTS + 1);
    let mut connection = RawConnection::open(url);
    let started = Instant::now();
    calls.make(&mut connection, name, first);
    assert_ne!(connection.read_status(), 500, "{name}");
    let step = started.elapsed() / u32::try_from(MOMENTS).unwrap();
    let mut statuses = Vec::new();
    for number in 0..MOMENTS {
        let mut connection = RawConnection::open(url);
        calls.make(&mut connection, name, first + 1 + number);
        // Early and late moments alternate: after many early ones in a row, unfinished work would pile up.
        let moment = u32::try_from(number * 13 % MOMENTS).unwrap();
        sleep(step * moment);
        statuses.push(connection.status_so_far());
        // Over the sweeps, every moment gets both a reset and a close.
        if (number + sweep).is_multiple_of(2) {
            connection.reset();
        }
    }
    statuses
}
