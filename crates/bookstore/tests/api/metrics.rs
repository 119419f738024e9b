//! `METRICS_ADDRESS`, and the alerts of `monitoring/` in a real Prometheus.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{MailServer, Suite, TestDatabase, tests};

use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, PASSWORD, Program, run};

pub(crate) fn suite() -> Suite {
    tests![shows_what_happened, a_worker_shows_the_backlog, a_malformed_address_is_refused]
        .and(tests![promtool_accepts_metrics_and_rules, an_alert_fires_when_the_mail_server_breaks].with_prometheus())
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

/// Reads the metrics of a program.
async fn scrape(program: &Program) -> String {
    let url = program.start_line("Metrics").expect("a start line");
    let response = reqwest::get(url).await.unwrap();
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
    assert_eq!(reqwest::get(not_the_api).await.unwrap().status(), 404);
    assert_eq!(program.anyone().get("/metrics").await.status, 404);
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

async fn promtool_accepts_metrics_and_rules(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let program = Program::start(directory.path(), &environment(&database, &[]));
    let book = place(&program).await;
    restock(&program, &book).await;
    promtool(&["check", "metrics"], &scrape(&program).await);
    let monitoring = monitoring();
    let path = |name| monitoring.join(name).display().to_string();
    promtool(&["check", "config", &path("prometheus.yml")], "");
    promtool(&["test", "rules", &path("alerts.test.yml")], "");
}

fn monitoring() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../monitoring")
}

fn promtool(arguments: &[&str], input: &str) {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "promtool {arguments:?}: {output:?}");
    assert!(output.stderr.is_empty(), "promtool {arguments:?}: {output:?}");
}

/// With `for: 0s`, because two minutes are too long for a test.
async fn an_alert_fires_when_the_mail_server_breaks(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let mails = MailServer::start().unwrap();
    let url = mails.url();
    let program = Program::start(directory.path(), &environment(&database, &[("SMTP_URL", &url)]));
    let book = place(&program).await;
    let alertmanager = Alertmanager::start();
    let _prometheus = Prometheus::start(directory.path(), &program.start_line("Metrics").unwrap(), alertmanager.port);

    drop(mails);
    restock(&program, &book).await;

    alertmanager.until_it_fires("BookstoreMailServerDown");
}

/// A Prometheus with the rules of `monitoring/`. It is killed when this is dropped.
struct Prometheus(Child);

impl Prometheus {
    fn start(directory: &Path, metrics: &str, alertmanager: u16) -> Self {
        let rules = fs::read_to_string(monitoring().join("alerts.yml")).unwrap().replace("for: 2m", "for: 0s");
        fs::write(directory.join("alerts.yml"), rules).unwrap();
        let target = metrics.trim_start_matches("http://").trim_end_matches("/metrics");
        let config = json!({
            "global": { "scrape_interval": "1s", "evaluation_interval": "1s" },
            "rule_files": ["alerts.yml"],
            "scrape_configs": [{ "job_name": "bookstore", "static_configs": [{ "targets": [target] }] }],
            "alerting": { "alertmanagers": [{ "static_configs": [{ "targets": [format!("127.0.0.1:{alertmanager}")] }] }] },
        });
        // JSON is YAML.
        let file = directory.join("prometheus.yml");
        fs::write(&file, config.to_string()).unwrap();
        let mut command = Command::new("prometheus");
        command.arg(format!("--config.file={}", file.display()));
        command.arg(format!("--storage.tsdb.path={}", directory.join("prometheus").display()));
        command.args(["--web.listen-address=127.0.0.1:0", "--log.level=error"]);
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What Prometheus sends alerts to.
struct Alertmanager {
    port: u16,
    alerts: Receiver<Value>,
}

impl Alertmanager {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (took, alerts) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = BufReader::new(connection.unwrap());
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    connection.read_line(&mut line).unwrap();
                    if line.trim().is_empty() {
                        break;
                    }
                    if let Some((name, value)) = line.split_once(':')
                        && name.eq_ignore_ascii_case("content-length")
                    {
                        length = value.trim().parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                connection.read_exact(&mut body).unwrap();
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                connection.get_mut().write_all(answer).unwrap();
                if took.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { port, alerts }
    }

    /// Waits until this alert fires.
    fn until_it_fires(&self, name: &str) {
        let deadline = Instant::now() + TOO_LONG;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let alerts = self.alerts.recv_timeout(left).unwrap_or_else(|_| panic!("{name} does not fire"));
            if alerts.as_array().unwrap().iter().any(|alert| alert["labels"]["alertname"] == name) {
                return;
            }
        }
    }
}
