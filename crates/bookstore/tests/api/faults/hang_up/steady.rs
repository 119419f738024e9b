//! A steady load of clients that wait for their responses and remember what was acknowledged.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use test_support::TestDatabase;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::support::{Bystander, Caller, PASSWORD, Program, add_books, hash_of, text};

/// Enough books to pre-book each once, so that a failed cancel does not matter.
const BOOKS: usize = 1000;
/// How often each session is refreshed.
const REFRESHES: usize = 20;
/// Before each call, so that the clients that hang up have processor time.
const PAUSE: Duration = Duration::from_millis(5);

/// What was acknowledged to a client.
struct Ledger {
    /// Its own session, which sees only committed data.
    store: Bystander,
    /// Facts that must hold from then on, as conditions in SQL.
    facts: Vec<String>,
    audit: Audit,
}

/// Whether everything that was acknowledged is in the store.
#[derive(Debug, Default)]
pub(super) struct Audit {
    pub(super) acknowledged: usize,
    /// Facts that did not hold when they were acknowledged.
    pub(super) late: Vec<String>,
    /// Facts that did not hold at the end.
    pub(super) lost: Vec<String>,
    /// Unexpected responses.
    pub(super) wrong: Vec<String>,
    /// How often the store was too busy. Nothing is lost by that.
    pub(super) too_busy: usize,
}

/// The clients at work.
pub(super) struct SteadyLoad {
    is_over: CancellationToken,
    clients: Vec<JoinHandle<Ledger>>,
}

impl SteadyLoad {
    pub(super) async fn start(program: &Program, admin: &Caller, database: &TestDatabase) -> Self {
        let is_over = CancellationToken::new();
        let store = Bystander::connect(database.url()).await;
        let books = add_books(&store, "to pre-book and cancel", BOOKS).await;
        let restocked = add_books(&store, "to restock and sell out", 1).await[0];
        let ledger = async || {
            let store = Bystander::connect(database.url()).await;
            Ledger { store, facts: Vec::new(), audit: Audit::default() }
        };
        let mut clients = Vec::new();
        for number in 0..4 {
            let user = json!({ "email": format!("customer{number}@example.com"), "password": PASSWORD });
            let tokens = program.anyone().post("/auth/register", &user).await.body_of(201);
            let customer = admin.with_tokens(tokens);
            // Some keep their connections, as storefronts do, and others make a new one for each call.
            let customer = if number % 2 == 0 { customer.keeping_connections() } else { customer };
            clients.push(tokio::spawn(place_and_cancel(customer, ledger().await, books.clone(), is_over.clone())));
        }
        let keeping = admin.keeping_connections();
        clients.push(tokio::spawn(restock_and_sell_out(admin.clone(), ledger().await, restocked, is_over.clone())));
        clients.push(tokio::spawn(change_the_catalog(keeping, ledger().await, is_over.clone())));
        clients.push(tokio::spawn(register_and_log_out(program.anyone(), ledger().await, is_over.clone())));
        Self { is_over, clients }
    }

    /// Waits until all clients have finished, and compares the store with their responses.
    pub(super) async fn end(self) -> Audit {
        self.is_over.cancel();
        let mut audit = Audit::default();
        for client in self.clients {
            let ledger = client.await.unwrap();
            audit.acknowledged += ledger.facts.len();
            audit.late.extend(ledger.audit.late);
            audit.wrong.extend(ledger.audit.wrong);
            audit.too_busy += ledger.audit.too_busy;
            for fact in ledger.facts {
                if !holds(&ledger.store, &fact).await {
                    audit.lost.push(fact);
                }
            }
        }
        audit
    }
}

impl Ledger {
    /// Makes a call that must succeed, and returns the body of the response.
    async fn call(&mut self, caller: &Caller, status: u16, method: Method, path: &str, body: &Value) -> Option<Value> {
        sleep(PAUSE).await;
        let what = format!("{method} {path}");
        let answer = caller.call(method, path, body).await;
        if answer.status == status {
            return Some(answer.body);
        }
        if answer.status == 503 && answer.body["code"] == "STORE_UNAVAILABLE" {
            self.audit.too_busy += 1;
        } else {
            self.audit.wrong.push(format!("{what}: {} {}", answer.status, answer.body["code"]));
        }
        None
    }

    /// Remembers that this holds from now on.
    async fn acknowledge(&mut self, fact: String) {
        if !holds(&self.store, &fact).await {
            self.audit.late.push(fact.clone());
        }
        self.facts.push(fact);
    }

    async fn acknowledge_row(&mut self, row: &str) {
        self.acknowledge(format!("EXISTS (SELECT 1 FROM {row})")).await;
    }
}

async fn holds(store: &Bystander, fact: &str) -> bool {
    store.numbers(&format!("SELECT count(*) WHERE {fact}")).await == [1]
}

async fn place_and_cancel(customer: Caller, mut ledger: Ledger, books: Vec<i64>, is_over: CancellationToken) -> Ledger {
    for book in books.iter().cycle() {
        if is_over.is_cancelled() {
            break;
        }
        let wish = json!({ "book_id": book });
        if let Some(placed) = ledger.call(&customer, 201, Method::POST, "/prebooks", &wish).await {
            let id = &placed["id"];
            ledger.acknowledge_row(&format!("pre_bookings WHERE id = {id}")).await;
            let path = format!("/prebooks/{id}");
            if ledger.call(&customer, 204, Method::DELETE, &path, &Value::Null).await.is_some() {
                ledger.acknowledge_row(&format!("pre_bookings WHERE id = {id} AND cancelled_at IS NOT NULL")).await;
            }
        }
    }
    ledger
}

async fn restock_and_sell_out(admin: Caller, mut ledger: Ledger, book: i64, is_over: CancellationToken) -> Ledger {
    let (mut stock, mut round) = (0, 0);
    let path = format!("/books/{book}/stock");
    while !is_over.is_cancelled() {
        let quantity = 1 - stock;
        let wish = json!({ "quantity": quantity });
        if let Some(body) = ledger.call(&admin, 200, Method::PATCH, &path, &wish).await {
            stock = quantity;
            if body["restocked"] == true {
                ledger.acknowledge_row(&format!("restocks WHERE book_id = {book} AND round = {round}")).await;
                round += 1;
            }
        }
    }
    ledger.acknowledge_row(&format!("books WHERE id = {book} AND stock_quantity = {stock} AND round = {round}")).await;
    ledger
}

async fn change_the_catalog(admin: Caller, mut ledger: Ledger, is_over: CancellationToken) -> Ledger {
    let book = json!({ "title": "before", "author": "A", "price": 1 });
    while !is_over.is_cancelled() {
        if let Some(kept) = ledger.call(&admin, 201, Method::POST, "/books", &book).await {
            let path = format!("/books/{}", kept["id"]);
            ledger.acknowledge_row(&format!("books WHERE id = {}", kept["id"])).await;
            if ledger.call(&admin, 200, Method::PUT, &path, &json!({ "title": "after" })).await.is_some() {
                ledger.acknowledge_row(&format!("books WHERE id = {} AND title = 'after'", kept["id"])).await;
            }
        }
        if let Some(gone) = ledger.call(&admin, 201, Method::POST, "/books", &book).await {
            let path = format!("/books/{}", gone["id"]);
            if ledger.call(&admin, 204, Method::DELETE, &path, &Value::Null).await.is_some() {
                ledger.acknowledge(format!("NOT EXISTS (SELECT 1 FROM books WHERE id = {})", gone["id"])).await;
            }
        }
    }
    ledger
}

/// Registers one user after another, each with a session that is refreshed for a while and then ended.
async fn register_and_log_out(anyone: Caller, mut ledger: Ledger, is_over: CancellationToken) -> Ledger {
    for number in 0.. {
        if is_over.is_cancelled() {
            break;
        }
        let email = format!("visitor{number}@example.com");
        let user = json!({ "email": email, "password": PASSWORD });
        let mut session = ledger.call(&anyone, 201, Method::POST, "/auth/register", &user).await;
        if session.is_some() {
            ledger.acknowledge_row(&format!("users WHERE email = '{email}'")).await;
        }
        for _ in 0..REFRESHES {
            let Some(tokens) = &session else { break };
            let shown = json!({ "refresh_token": tokens["refresh_token"] });
            session = ledger.call(&anyone, 200, Method::POST, "/auth/refresh", &shown).await;
            if let Some(tokens) = &session {
                let hash = hash_of(text(&tokens["refresh_token"]));
                ledger.acknowledge_row(&format!("refresh_tokens WHERE token_hash = '{hash}'")).await;
            }
        }
        let Some(tokens) = session else { continue };
        let shown = json!({ "refresh_token": tokens["refresh_token"] });
        if ledger.call(&anyone, 204, Method::POST, "/auth/logout", &shown).await.is_some() {
            let hash = hash_of(text(&tokens["refresh_token"]));
            let of_token = format!("SELECT session_id FROM refresh_tokens WHERE token_hash = '{hash}'");
            let ended = format!("sessions WHERE id = ({of_token}) AND ended_at IS NOT NULL");
            ledger.acknowledge_row(&ended).await;
        }
    }
    ledger
}
