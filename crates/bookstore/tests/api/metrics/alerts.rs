//! The metrics and the alert rules of `monitoring/` in a real Prometheus.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{MailServer, Suite, TestDatabase, tests};

use super::{TOO_LONG, environment, place, restock, scrape};
use crate::support::Program;

pub(crate) fn suite() -> Suite {
    tests![promtool_accepts_metrics_and_rules, an_alert_fires_when_the_mail_server_breaks].with_prometheus()
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
