use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

use super::test_app::new_client;
use super::{Caller, LogWatch};

/// The program itself, in the test's own working directory, with only these environment variables. It is killed when this is
/// dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
    /// Its standard output up to the first empty line.
    pub(crate) start_lines: Vec<String>,
    log_lines: Receiver<String>,
    log: String,
}

/// Longer than anything takes that a test waits for.
const TIMEOUT: Duration = Duration::from_secs(30);

fn command(directory: &Path, environment: &[(&str, &str)]) -> Command {
    let mut command = command_of(env!("CARGO_BIN_EXE_bookstore"), directory);
    command.envs(environment.iter().copied());
    command
}

fn command_of(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", std::env::var("PATH").unwrap()).current_dir(directory);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Program {
    /// Starts it on a free port, unless `environment` says otherwise, and waits until it serves.
    pub(crate) fn start(directory: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn(directory, environment).until_it_serves()
    }

    pub(crate) fn spawn(directory: &Path, environment: &[(&str, &str)]) -> Self {
        Self::spawn_command(command(directory, &[]), environment)
    }

    /// Starts it as a worker alone, and waits until it works.
    pub(crate) fn start_worker(directory: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = command(directory, &[]);
        command.arg("worker");
        let mut program = Self::spawn_command(command, environment);
        program.read_start_lines();
        let Some(_) = program.start_line("Mail") else { panic!("it did not start: {}", program.stop()) };
        program
    }

    /// Starts it so that a write beyond the file size limit fails instead of killing it.
    pub(crate) fn start_with_limits(directory: &Path, environment: &[(&str, &str)]) -> Self {
        let script = "trap '' XFSZ; exec \"$0\"";
        let mut command = command_of("sh", directory);
        command.args(["-c", script, env!("CARGO_BIN_EXE_bookstore")]);
        Self::spawn_command(command, environment).until_it_serves()
    }

    /// Starts it with limits of the shell's `ulimit`.
    pub(crate) fn start_with_ulimit(directory: &Path, ulimit: &str, environment: &[(&str, &str)]) -> Self {
        let script = format!("ulimit {ulimit}; exec \"$0\"");
        let mut command = command_of("sh", directory);
        command.args(["-c", &script, env!("CARGO_BIN_EXE_bookstore")]);
        Self::spawn_command(command, environment).until_it_serves()
    }

    fn spawn_command(mut command: Command, environment: &[(&str, &str)]) -> Self {
        // Most tests send more from one address than a peer may, and some hold a request back for long.
        command.env("PORT", "0").env("RATE_LIMIT", "off").env("CLIENT_TIMEOUT_SECONDS", "60");
        let mut child = command.envs(environment.iter().copied()).spawn().unwrap();
        let (said, log_lines) = mpsc::channel();
        let log = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            log.lines().map_while(Result::ok).try_for_each(|line| {
                LogWatch::read(&line);
                said.send(line)
            })
        });
        Self { child, url: String::new(), start_lines: Vec::new(), log_lines, log: String::new() }
    }

    pub(crate) fn until_it_serves(mut self) -> Self {
        self.read_start_lines();
        let Some(url) = self.start_line("API") else { panic!("it did not start: {}", self.stop()) };
        self.url = url;
        self
    }

    fn read_start_lines(&mut self) {
        let stdout = BufReader::new(self.child.stdout.take().unwrap());
        let lines = stdout.lines().map(Result::unwrap).take_while(|line| !line.is_empty());
        self.start_lines.extend(lines);
    }

    /// The most memory that it ever had, in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// How many files it may have open: the soft limit.
    pub(crate) fn max_open_files(&self) -> u64 {
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", self.child.id())).unwrap();
        let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// The sockets that it has open.
    pub(crate) fn sockets(&self) -> HashSet<PathBuf> {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap();
        // A file may be closed meanwhile.
        let targets = files.filter_map(|file| std::fs::read_link(file.unwrap().path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("socket:")).collect()
    }

    /// Waits until it has closed these sockets.
    pub(crate) fn until_closed(&self, sockets: &HashSet<PathBuf>) {
        let deadline = Instant::now() + TIMEOUT;
        while !self.sockets().is_disjoint(sockets) {
            assert!(Instant::now() < deadline, "it keeps a connection whose client has hung up");
        }
    }

    /// Waits until this many of the threads that serve requests are left.
    pub(crate) fn until_serving_threads(&self, count: usize) {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
            // A thread may end meanwhile. The system truncates names after 15 characters.
            let names = threads.filter_map(|thread| std::fs::read_to_string(thread.unwrap().path().join("comm")).ok());
            let serving = names.filter(|name| name.starts_with("actix-server wo")).count();
            if serving == count {
                return;
            }
            assert!(Instant::now() < deadline, "{serving} threads serve requests, not {count}");
        }
    }

    /// Whether it accepts connections.
    pub(crate) fn answers(&self) -> bool {
        std::net::TcpStream::connect(self.url.trim_start_matches("http://")).is_ok()
    }

    /// The text of a start line.
    pub(crate) fn start_line(&self, name: &str) -> Option<String> {
        let mut lines = self.start_lines.iter();
        lines.find_map(|line| Some(line.trim().strip_prefix(name)?.trim().to_owned()))
    }

    pub(crate) fn anyone(&self) -> Caller {
        let client: Client = new_client();
        Caller::new(client, &self.url, Value::Null)
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Caller {
        let answer = self.anyone().post("/auth/login", &json!({ "email": email, "password": password })).await;
        self.anyone().with_tokens(answer.body_of(200))
    }

    pub(crate) fn wait_for_log(&mut self, text: &str) {
        while !self.log.contains(text) {
            let line = self.log_lines.recv_timeout(TIMEOUT).expect("a line of the log");
            self.log.push_str(&line);
            self.log.push('\n');
        }
    }

    /// Asks it to stop, as an operator does.
    pub(crate) fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(killed.success());
    }

    /// Limits the size of the files that it can write from now on, in bytes.
    pub(crate) fn limit_files(&self, bytes: &str) {
        let (id, limit) = (self.child.id().to_string(), format!("--fsize={bytes}:"));
        assert!(Command::new("prlimit").args(["--pid", &id, &limit]).status().unwrap().success());
    }

    /// Waits until it has stopped without an error, and returns its whole log.
    pub(crate) fn wait(self) -> String {
        let (status, log) = self.wait_for_status();
        assert!(status.success(), "{log}");
        log
    }

    /// Waits until it has stopped by itself, and returns its status and its whole log.
    pub(crate) fn wait_for_status(mut self) -> (ExitStatus, String) {
        (self.child.wait().unwrap(), self.rest_of_the_log())
    }

    /// Whether it ends by itself within this time.
    pub(crate) fn ends_within(&mut self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            // Its log ends with it.
            match self.log_lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => self.log.push_str(&(line + "\n")),
                Err(end) => return end == RecvTimeoutError::Disconnected,
            }
        }
    }

    /// Kills it, and returns its whole log.
    pub(crate) fn stop(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.rest_of_the_log()
    }

    fn rest_of_the_log(&mut self) -> String {
        for line in &self.log_lines {
            self.log.push_str(&line);
            self.log.push('\n');
        }
        std::mem::take(&mut self.log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs it until it ends by itself, for example because a setting is invalid.
pub(crate) fn run(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    command(directory, environment).args(arguments).output().unwrap()
}

/// Does the same with this standard input.
pub(crate) fn run_with_input(
    directory: &Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
    input: &str,
) -> Output {
    let mut command = command(directory, environment);
    let mut child = command.args(arguments).stdin(Stdio::piped()).spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}
