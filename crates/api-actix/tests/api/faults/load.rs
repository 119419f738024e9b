use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::RequestBuilder;
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::clerk::Clerk;
use super::customer::Customer;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, Answer, Bystander, Caller, PASSWORD, Program, problem};

/// Longer than anything may take while the store is not there: a few waits of two seconds, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(12);

/// Which fault is to come, and what it may do to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service is killed: a call may end without an answer, and what it asked for may be done.
    Killed,
    /// The service is told to stop: a call that it took is answered, so what has no answer was not done.
    ToldToStop,
    /// The store goes away and comes back: the service never does, and answers every call.
    StoreGone,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) enum Reply {
    Answered(Answer),
    /// Nobody knows whether it was done.
    Unknown,
    /// The service did not take it, or could not do it.
    NotTaken,
}

/// How many work at once.
pub(crate) const WORKERS: usize = 5;

/// Customers who place and cancel, and a clerk who restocks, all at once, each without a pause.
pub(crate) struct Load {
    customers: Vec<Customer>,
    clerk: Clerk,
}

/// What those who work know of each other.
#[derive(Clone)]
pub(crate) struct Shift {
    fault: Fault,
    is_over: Arc<AtomicBool>,
    done: watch::Sender<usize>,
    refused: watch::Sender<usize>,
}

/// A load that runs.
pub(crate) struct Running {
    pub(crate) shift: Shift,
    customers: Vec<JoinHandle<Customer>>,
    clerk: JoinHandle<Clerk>,
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
        let is_over = Arc::default();
        let shift = Shift { fault, is_over, done: watch::Sender::new(0), refused: watch::Sender::new(0) };
        let customers = self.customers.into_iter();
        let customers = customers.map(|customer| tokio::spawn(customer.at(url).work(shift.clone()))).collect();
        let clerk = tokio::spawn(self.clerk.at(url).work(shift.clone()));
        Running { shift, customers, clerk }
    }

    /// Holds what is in the store against what was answered, while nobody works.
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
    pub(crate) async fn until_done(&self, more: usize) {
        wait(&self.shift.done, more).await;
    }

    pub(crate) async fn until_refused(&self, more: usize) {
        wait(&self.shift.refused, more).await;
    }

    /// Waits until everyone has ended, which they do by themselves when the service goes away.
    pub(crate) async fn end(self) -> Load {
        if self.shift.fault == Fault::StoreGone {
            self.shift.is_over.store(true, Ordering::Relaxed);
        }
        let mut customers = Vec::new();
        for customer in self.customers {
            customers.push(timeout(PATIENCE, customer).await.expect("a customer waits").unwrap());
        }
        Load { customers, clerk: timeout(PATIENCE, self.clerk).await.expect("the clerk waits").unwrap() }
    }
}

async fn wait(count: &watch::Sender<usize>, more: usize) {
    let goal = *count.borrow() + more;
    let waiting = timeout(3 * PATIENCE, count.subscribe().wait_for(|count| *count >= goal)).await.is_ok();
    assert!(waiting, "{} of {goal}", *count.borrow());
}

impl Shift {
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// How many calls were answered, whether they were done or not.
    pub(crate) fn answers(&self) -> usize {
        *self.done.borrow() + *self.refused.borrow()
    }

    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let started = Instant::now();
        let reply = timeout(PATIENCE, receive(request)).await.expect("an answer, whatever happens");
        match (self.fault, reply) {
            (Fault::StoreGone, Ok(answer)) if answer.status == 503 => {
                answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
                self.refused.send_modify(|count| *count += 1);
                Reply::Unknown
            }
            // It waited for a lock for too long, and was not done.
            (Fault::ToldToStop, Ok(answer)) if answer.status == 503 => {
                answer.is_problem(&problem(503, "STORE_UNAVAILABLE"));
                self.refused.send_modify(|count| *count += 1);
                Reply::NotTaken
            }
            (_, Ok(answer)) => {
                self.done.send_modify(|count| *count += 1);
                Reply::Answered(answer)
            }
            (Fault::StoreGone, Err(cut)) => panic!("no answer after {:?}: {cut:?}", started.elapsed()),
            (Fault::ToldToStop, Err(Cut::Within)) => panic!("it hung up in the middle of an answer"),
            (Fault::ToldToStop, Err(Cut::Before)) => self.end(Reply::NotTaken),
            (Fault::Killed, Err(_)) => self.end(Reply::Unknown),
        }
    }

    /// The service is gone, and there is nothing more to do.
    fn end(&self, reply: Reply) -> Reply {
        self.is_over.store(true, Ordering::Relaxed);
        reply
    }
}

/// Where an answer ended too early.
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

/// All pages of a user's list.
pub(crate) async fn list_all(user: &Caller) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = user.get(&format!("/prebooks?limit=500{cursor}")).await.body_of(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}
