//! `METRICS_ADDRESS`: what servers and workers show to Prometheus, and what they log about requests.

mod alerts;

use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{MailServer, Suite, TestDatabase, tests};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, PASSWORD, Program, run};

pub(crate) fn suite() -> Suite {
    tests![
        shows_what_happened,
        logs_the_route_and_the_trace_of_a_request,
        a_worker_shows_the_backlog,
        a_malformed_address_is_refused,
    ]
    .and(alerts::suite())
}

/// Longer than anything takes that a test waits for.
const TOO_LONG: Duration = Duration::from_mins(1);

fn environment<'a>(database: &'a TestDatabase, more: &[(&'static str, &'a str)]) -> Vec<(&'static str, &'a str)> {
    let basic = [
        ("DATABASE_URL", database.url()),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
        ("METRICS_ADDRESS", "127.0.0.1:0"),
    ];
    [&basic[..], more].concat()
}

async fn get(url: &str) -> Response {
    Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap()
}

/// Reads the metrics of a program.
async fn scrape(program: &Program) -> String {
    let response = get(&program.start_line("Metrics").expect("a start line")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    response.text().await.unwrap()
}

/// Returns the value of a series, as it is written.
fn value_of<'a>(metrics: &'a str, series: &str) -> &'a str {
    let mut values = metrics.lines().filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    values.next().unwrap_or_else(|| panic!("no {series} in {metrics}"))
}

/// Lets a new user wait for a new book, and returns the book.
async fn place(program: &Program) -> Value {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    let account = json!({ "email": "ada@example.com", "password": PASSWORD });
    let user = program.anyone().post("/auth/register", &account).await;
    program.anyone().with_tokens(user.body_of(201)).place(&book).await;
    book
}

async fn restock(program: &Program, book: &Value) {
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    admin.patch(&format!("/books/{}/stock", book["id"]), &json!({ "quantity": 1 })).await.body_of(200);
}

async fn shows_what_happened(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, &[("WORKER", "off")]));
    let book = place(&program).await;
    restock(&program, &book).await;
    program.anyone().get("/no/such/path").await;
    program.anyone().get(&format!("/books/{}", book["id"])).await.body_of(200);

    let metrics = scrape(&program).await;

    let requests = "bookstore_http_request_duration_seconds_count";
    for (series, value) in [
        (format!("{requests}{{method=\"GET\",route=\"/books/{{id}}\",status=\"200\"}}"), "1"),
        (format!("{requests}{{method=\"GET\",route=\"unknown\",status=\"404\"}}"), "1"),
        (format!("{requests}{{method=\"POST\",route=\"/prebooks\",status=\"201\"}}"), "1"),
        ("bookstore_http_requests_in_flight".to_owned(), "0"),
        ("bookstore_placements_total{outcome=\"added\"}".to_owned(), "1"),
        ("bookstore_restocks_total".to_owned(), "1"),
        ("bookstore_cancels_total".to_owned(), "0"),
        ("bookstore_password_hashing{state=\"waiting\"}".to_owned(), "0"),
        (format!("bookstore_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")), "1"),
    ] {
        assert_eq!(value_of(&metrics, &series), value, "{series}");
    }
    let not_the_api = program.start_line("Metrics").unwrap().replace("/metrics", "/books");
    assert_eq!(get(&not_the_api).await.status(), 404);
    assert_eq!(program.anyone().get("/metrics").await.status, 404);
}

async fn logs_the_route_and_the_trace_of_a_request(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &environment(&database, &[("LOG_FORMAT", "json")]));
    let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let anyone = program.anyone();
    let traced = |value: String| anyone.request(Method::GET, "/books/1").header("traceparent", value);
    anyone.send(traced(format!("00-{trace}-{parent}-01"))).await;
    anyone.send(traced(format!("00-{trace}\\-{parent}-01")).header("x-request-id", "last")).await;

    program.wait_for_log("\"id\":\"last\"");
    let log = program.stop();
    let lines: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let finished: Vec<_> = lines.iter().filter(|line| line["fields"]["message"] == "request finished").collect();
    assert_eq!(finished.len(), 2, "{log}");
    for line in &finished {
        assert_eq!(line["fields"]["route"], "/books/{id}");
        assert!(line["fields"]["duration_ms"].as_f64().unwrap() > 0.0);
    }
    assert_eq!(finished[0]["span"]["trace_id"], trace);
    assert!(finished[1]["span"].get("trace_id").is_none(), "an invalid header is ignored");
}

async fn a_worker_shows_the_backlog(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let mails = MailServer::start().unwrap();
    let url = mails.url();
    let server = Program::start(directory.path(), &environment(&database, &[("WORKER", "off")]));
    let book = place(&server).await;
    restock(&server, &book).await;
    drop(mails);

    let worker = Program::start_worker(directory.path(), &environment(&database, &[("SMTP_URL", &url)]));

    let deadline = Instant::now() + TOO_LONG;
    loop {
        let metrics = scrape(&worker).await;
        let is_late = value_of(&metrics, "bookstore_oldest_undelivered_age_seconds") != "0";
        if is_late && value_of(&metrics, "bookstore_deliveries_pending") == "1" {
            assert_eq!(value_of(&metrics, "bookstore_store_up"), "1");
            return;
        }
        assert!(Instant::now() < deadline, "the backlog is not shown: {metrics}");
    }
}

async fn a_malformed_address_is_refused() {
    let directory = tempdir().unwrap();
    let output = run(directory.path(), &[("METRICS_ADDRESS", "9464")], &["check-config"]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("must be an IP address and a port, such as 127.0.0.1:9464"), "{said}");
}
