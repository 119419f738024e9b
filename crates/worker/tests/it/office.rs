use std::collections::BTreeMap;
use std::future::pending;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use domain::delivery::{DeliveryStatus, RetryPolicy};
use domain::{RepositoryError, Timestamp};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use worker::{Worker, WorkerPorts};

/// What a worker asks of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Listen,
    FanOut,
    Claim,
    Look,
    Settle,
    Release,
    Commit,
}

impl Call {
    pub(crate) const ALL: [Self; 7] =
        [Self::Listen, Self::FanOut, Self::Claim, Self::Look, Self::Settle, Self::Release, Self::Commit];
}

/// How the store treats one of its calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never returns.
    Silent,
    /// It is unavailable, which the worker learns after this time, as a client-side limit has it.
    FailsAfter(Duration),
    /// It fails at once, and trying again won't help.
    Broken,
}

/// How the mail server treats letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mail {
    Accepted,
    /// It says nothing until it is told otherwise.
    Held,
    /// It is in trouble.
    Trouble,
}

/// One delivery in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) status: DeliveryStatus,
    pub(crate) claimed_until: Option<Timestamp>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) rows: BTreeMap<i64, Row>,
    /// The number of pre-bookings that a restock notified and that have no delivery.
    pub(crate) without_delivery: i64,
    /// Whether the restock is announced to those who listen.
    pub(crate) is_announced: bool,
    fault: Option<(Call, Fault)>,
    calls: Vec<Call>,
    pub(crate) mail: Mail,
    /// When each letter was given to the mail server, counted from the start.
    pub(crate) letters: Vec<Duration>,
    /// How many letters the mail server has been given that it has not answered.
    pub(crate) in_hand: usize,
    pub(crate) accepted: usize,
}

/// A store with some deliveries, a mail server and a clock.
#[derive(Clone)]
pub(crate) struct Office {
    pub(crate) state: Arc<watch::Sender<State>>,
    pub(crate) start: Instant,
}

/// Longer than anything takes that a test waits for.
const TOO_LONG: Duration = Duration::from_hours(1);

/// A worker in an office.
pub(crate) struct Running {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Running {
    /// Tells the worker to stop, and returns how long that takes it.
    pub(crate) async fn stop(self) -> Duration {
        self.stop.cancel();
        let told = Instant::now();
        timeout(TOO_LONG, self.task).await.unwrap().unwrap();
        told.elapsed()
    }
}

impl Office {
    pub(crate) fn open(deliveries: i64) -> Self {
        let row = Row { status: DeliveryStatus::Pending, claimed_until: None };
        let rows = (1..=deliveries).map(|id| (id, row)).collect();
        let state = State {
            rows,
            without_delivery: 0,
            is_announced: false,
            fault: None,
            calls: Vec::new(),
            mail: Mail::Accepted,
            letters: Vec::new(),
            in_hand: 0,
            accepted: 0,
        };
        Self { state: Arc::new(watch::Sender::new(state)), start: Instant::now() }
    }

    pub(crate) fn start_worker(&self) -> Running {
        let stop = CancellationToken::new();
        let all = Arc::new(self.clone());
        let ports = WorkerPorts {
            clock: Arc::clone(&all) as _,
            jitter: Arc::clone(&all) as _,
            units: Arc::clone(&all) as _,
            deliveries: Arc::clone(&all) as _,
            restocks: Arc::clone(&all) as _,
            links: Arc::clone(&all) as _,
            mailer: all,
        };
        let policy = RetryPolicy { max_attempts: NonZeroU32::new(8).unwrap() };
        let worker = Worker::new(ports, policy, stop.clone());
        Running { task: tokio::spawn(worker.run()), stop }
    }

    pub(crate) fn set_fault(&self, fault: Option<(Call, Fault)>) {
        self.state.send_modify(|state| state.fault = fault);
    }

    /// Restocks a book that this many users wait for.
    pub(crate) fn restock(&self, waiting: i64) {
        self.state.send_modify(|state| (state.without_delivery, state.is_announced) = (waiting, true));
    }

    /// How often the worker made a call.
    pub(crate) fn calls(&self, call: Call) -> usize {
        self.state.borrow().calls.iter().filter(|made| **made == call).count()
    }

    /// When each letter was given to the mail server, in seconds from the start.
    pub(crate) fn letters(&self) -> Vec<u64> {
        self.state.borrow().letters.iter().map(Duration::as_secs).collect()
    }

    pub(crate) fn set_mail(&self, mail: Mail) {
        self.state.send_modify(|state| state.mail = mail);
    }

    /// Waits until the mail server has been given this many letters that it has not answered.
    pub(crate) async fn until_in_hand(&self, letters: usize) {
        self.until(|state| state.in_hand == letters).await;
    }

    /// Waits until this many deliveries have a status.
    pub(crate) async fn until_settled(&self, status: DeliveryStatus, count: usize) {
        self.until(|state| state.rows.values().filter(|row| row.status == status).count() == count).await;
    }

    pub(crate) async fn until(&self, condition: impl Fn(&State) -> bool) {
        timeout(TOO_LONG, self.state.subscribe().wait_for(|state| condition(state))).await.unwrap().unwrap();
    }

    /// How many deliveries have a status, and how many of them are claimed.
    pub(crate) fn count(&self, status: DeliveryStatus) -> (usize, usize) {
        let state = self.state.borrow();
        let of_status = state.rows.values().filter(|row| row.status == status);
        (of_status.clone().count(), of_status.filter(|row| row.claimed_until.is_some()).count())
    }

    /// How many letters the mail server has accepted.
    pub(crate) fn accepted(&self) -> usize {
        self.state.borrow().accepted
    }

    pub(crate) async fn fail(&self, call: Call) -> Result<(), RepositoryError> {
        self.state.send_modify(|state| state.calls.push(call));
        let fault = self.state.borrow().fault.filter(|(at, _)| *at == call);
        match fault {
            None => Ok(()),
            Some((_, Fault::Silent)) => pending().await,
            Some((_, Fault::FailsAfter(time))) => {
                sleep(time).await;
                Err(RepositoryError::Unavailable(std::io::Error::other("the store did not answer").into()))
            }
            Some((_, Fault::Broken)) => {
                Err(RepositoryError::Failed(std::io::Error::other("the store is broken").into()))
            }
        }
    }
}
