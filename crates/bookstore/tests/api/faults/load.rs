use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::clerk::Clerk;
use super::customer::Customer;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Bystander, Caller, PASSWORD, Program, problem};

/// Longer than any call takes while the store is down: a few waits of two seconds, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(12);

/// Longer than any call takes while the store is silent: 13 s, plus what a busy machine may add.
pub(crate) const PATIENCE_IN_SILENCE: Duration = Duration::from_secs(15);

/// The fault that will happen, and what it may do to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service is killed: a call may end without a response, and may still be done.
    Killed,
    /// The service is told to stop: every accepted call gets a response, so a call without one was not done.
    ToldToStop,
    /// The store stops and starts again: the service keeps running, and answers every call.
    StoreGone,
    /// The store fails in other ways: the service keeps running, answers every call, and reports an unknown outcome.
    StoreFails,
}

/// The outcome of a call.
#[derive(Debug)]
pub(crate) enum Reply {
    Answered(Answer),
    /// It may have been done.
    Unknown,
    /// It was not accepted, or could not be done.
    NotTaken,
}

/// The number of concurrent workers.
pub(crate) const WORKERS: usize = 5;

/// Customers who place and cancel, and a clerk who restocks, all at the same time and without a pause.
pub(crate) struct Load {
    customers: Vec<Customer>,
    clerk: Clerk,
}

/// The shared state of everyone who works.
#[derive(Clone)]
pub(crate) struct Shift {
    fault: Fault,
    is_over: Arc<AtomicBool>,
    done: watch::Sender<usize>,
    refused: watch::Sender<usize>,
    slowest: watch::Sender<Duration>,
}

/// A running load.
pub(crate) struct Running {
    pub(crate) shift: Shift,
    customers: Vec<JoinHandle<Customer>>,
    clerk: JoinHandle<Clerk>,
    readers: Vec<JoinHandle<()>>,
}

impl Load {
    pub(crate) async fn prepare(program: &Program) -> Self {
        let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
        let mut books = Vec::new();
        for title in ["Solaris", "Fiasco", "Eden"] {
            let book = serde_json::json!({ "title": title, "author": "Stanisław Lem", "price": 1 });
            books.push(admin.post("/books", &book).await.body_of(201));
        }
        let mut customers = Vec::new();
        for number in 1..WORKERS {
            let user = serde_json::json!({ "email": format!("user{number}@example.com"), "password": PASSWORD });
            let tokens = program.anyone().post("/auth/register", &user).await.body_of(201);
            let caller = admin.with_tokens(tokens);
            // Some keep their connections, as storefronts do, and others make a new one for each call.
            let caller = if number % 2 == 0 { caller.keeping_connections() } else { caller };
            customers.push(Customer::new(caller, books.clone()));
        }
        Self { customers, clerk: Clerk::new(admin, &books) }
    }

    pub(crate) fn start(self, url: &str, fault: Fault) -> Running {
        let (done, refused, slowest) = Default::default();
        let shift = Shift { fault, is_over: Arc::default(), done, refused, slowest };
        let customers = self.customers.into_iter();
        let customers = customers.map(|customer| tokio::spawn(customer.at(url).work(shift.clone()))).collect();
        let clerk = tokio::spawn(self.clerk.at(url).work(shift.clone()));
        Running { shift, customers, clerk, readers: Vec::new() }
    }

    /// Compares the store with the responses, while nobody works.
    pub(crate) async fn check(&mut self, url: &str, database_url: &str) {
        let store = Bystander::connect(database_url).await;
        self.clerk = self.clerk.clone().at(url);
        let in_stock = self.clerk.check(&store).await;
        for customer in &mut self.customers {
            *customer = customer.clone().at(url);
            customer.check(&in_stock).await;
        }
    }
}

impl Running {
    /// Starts another client that reads this path again and again.
    pub(crate) fn read(&mut self, caller: Caller, path: &'static str) {
        let shift = self.shift.clone();
        self.readers.push(tokio::spawn(async move {
            while !shift.is_over() {
                if let Reply::Answered(answer) = shift.send(caller.request(Method::GET, path)).await {
                    answer.body_of(200);
                }
            }
        }));
    }

    /// Waits until calls have succeeded for a second and none was rejected.
    pub(crate) async fn until_well(&self) {
        let mut refused = self.shift.refused.subscribe();
        loop {
            let done = *self.shift.done.borrow();
            let is_refused = timeout(Duration::from_secs(1), refused.changed()).await.is_ok();
            if !is_refused && *self.shift.done.borrow() > done {
                return;
            }
        }
    }

    pub(crate) async fn until_done(&self, more: usize) {
        wait(&self.shift.done, more).await;
    }

    pub(crate) async fn until_refused(&self, more: usize) {
        wait(&self.shift.refused, more).await;
    }

    /// Waits until everyone has finished. They finish by themselves when the service stops.
    pub(crate) async fn end(self) -> Load {
        let fault = self.shift.fault;
        if matches!(fault, Fault::StoreGone | Fault::StoreFails) {
            self.shift.is_over.store(true, Ordering::Relaxed);
        }
        for reader in self.readers {
            timeout(fault.patience(), reader).await.expect("a reader waits").unwrap();
        }
        let mut customers = Vec::new();
        for customer in self.customers {
            customers.push(timeout(fault.patience(), customer).await.expect("a customer waits").unwrap());
        }
        Load { customers, clerk: timeout(fault.patience(), self.clerk).await.expect("the clerk waits").unwrap() }
    }
}

async fn wait(count: &watch::Sender<usize>, more: usize) {
    let goal = *count.borrow() + more;
    let waiting = timeout(3 * PATIENCE, count.subscribe().wait_for(|count| *count >= goal)).await.is_ok();
    assert!(waiting, "{} of {goal}", *count.borrow());
}

impl Fault {
    fn patience(self) -> Duration {
        if self == Self::StoreFails { PATIENCE_IN_SILENCE } else { PATIENCE }
    }
}

impl Shift {
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// How many calls got a response, whether they were done or not.
    pub(crate) fn answers(&self) -> usize {
        *self.done.borrow() + *self.refused.borrow()
    }

    /// How long the slowest response took.
    pub(crate) fn slowest(&self) -> Duration {
        *self.slowest.borrow()
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let started = Instant::now();
        let reply = timeout(self.fault.patience(), receive(request)).await.expect("a response in time");
        self.slowest.send_modify(|slowest| *slowest = started.elapsed().max(*slowest));
        match (self.fault, reply) {
            (Fault::StoreGone, Ok(answer)) if answer.status == 503 => {
                self.refused.send_modify(|count| *count += 1);
                if answer.body["code"] == "OUTCOME_UNKNOWN" {
                    answer.is_problem(&problem(503, "OUTCOME_UNKNOWN"));
                    Reply::Unknown
                } else {
                    answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
                    Reply::NotTaken
                }
            }
            (Fault::StoreFails, Ok(answer)) if answer.body["code"] == "OUTCOME_UNKNOWN" => {
                answer.is_problem(&problem(503, "OUTCOME_UNKNOWN"));
                self.refused.send_modify(|count| *count += 1);
                Reply::Unknown
            }
            // It waited too long for a lock, or did not start. It was not done.
            (Fault::ToldToStop | Fault::StoreFails, Ok(answer)) if answer.status == 503 => {
                answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
                self.refused.send_modify(|count| *count += 1);
                Reply::NotTaken
            }
            (_, Ok(answer)) => {
                self.done.send_modify(|count| *count += 1);
                Reply::Answered(answer)
            }
            (Fault::StoreGone | Fault::StoreFails, Err(cut)) => {
                panic!("no response after {:?}: {cut:?}", started.elapsed())
            }
            (Fault::ToldToStop, Err(Cut::Within)) => panic!("it hung up in the middle of a response"),
            (Fault::ToldToStop, Err(Cut::Before)) => self.end(Reply::NotTaken),
            (Fault::Killed, Err(_)) => self.end(Reply::Unknown),
        }
    }

    /// Ends the shift, because the service is gone.
    fn end(&self, reply: Reply) -> Reply {
        self.is_over.store(true, Ordering::Relaxed);
        reply
    }
}

/// Where a response was cut off.
#[derive(Debug)]
enum Cut {
    Before,
    Within,
}

async fn receive(request: RequestBuilder) -> Result<Answer, Cut> {
    let response = request.send().await.map_err(|_| Cut::Before)?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.map_err(|_| Cut::Within)?;
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Ok(Answer { status, headers, body })
}
