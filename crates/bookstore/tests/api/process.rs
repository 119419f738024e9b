//! The program itself: start, stop, files and log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::tempdir;
use test_support::{Engine, Suite, TestDatabase, tests};

use crate::security::Operation;
use crate::support::{ADMIN_EMAIL, ADMIN_PASSWORD, JWT_SECRET, PASSWORD, Program, RawConnection, problem, run, text};

pub(crate) fn suite() -> Suite {
    tests![
        starts_without_any_settings,
        keeps_the_generated_secrets,
        two_can_start_at_once_in_an_empty_directory,
        reads_the_dotenv_file,
        refuses_to_start_with_a_malformed_dotenv_file,
        finishes_a_request_in_flight,
        drains_before_it_stops,
        tells_its_health,
        a_restart_keeps_everything,
        starts_with_another_admin_password_and_warns,
        an_existing_account_becomes_admin,
        the_log_contains_no_secret,
        logs_as_json,
    ]
    .and(tests![the_start_lines_contain_no_password].only_on(Engine::Postgres))
}

/// The settings for a test's store.
fn environment(database: &TestDatabase) -> [(&'static str, &str); 4] {
    [
        ("DATABASE_URL", database.url()),
        ("JWT_SECRET", JWT_SECRET),
        ("ADMIN_EMAIL", ADMIN_EMAIL),
        ("ADMIN_PASSWORD", ADMIN_PASSWORD),
    ]
}

pub(crate) fn read_secret(directory: &Path, name: &str) -> String {
    let file = directory.join("data").join(name);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    let secret = fs::read_to_string(file).unwrap().trim().to_owned();
    assert!(secret.len() >= 43, "{name} has 256 bits");
    secret
}

async fn starts_without_any_settings() {
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &[]);
    let url = program.url.clone();
    let expected = [
        format!("bookstore {}", env!("CARGO_PKG_VERSION")),
        format!("  API    {url}"),
        format!("  Docs   {url}/docs"),
        "  Admin  admin@example.com, password in data/admin-password".to_owned(),
        "  Store  sqlite://data/bookstore.db".to_owned(),
        "  Mail   written to data/mail, because SMTP_URL is not set".to_owned(),
    ];
    assert_eq!(program.start_lines, expected);
    let (password, secret) =
        (read_secret(directory.path(), "admin-password"), read_secret(directory.path(), "jwt-secret"));
    let admin = program.log_in("admin@example.com", &password).await;
    assert_eq!(admin.me().await["role"], "admin");
    let log = program.stop();
    assert!(!log.contains(&password) && !log.contains(&secret), "{log}");
}

async fn keeps_the_generated_secrets() {
    let directory = tempdir().unwrap();
    let first = Program::start(directory.path(), &[]);
    let password = read_secret(directory.path(), "admin-password");
    let admin = first.log_in("admin@example.com", &password).await;
    first.terminate();
    first.wait();
    let second = Program::start(directory.path(), &[]);
    assert_eq!(read_secret(directory.path(), "admin-password"), password);
    assert_eq!(admin.at(&second.url).me().await["role"], "admin", "the old token is still valid");
}

async fn two_can_start_at_once_in_an_empty_directory() {
    let directory = tempdir().unwrap();
    let (one, other) = (Program::spawn(directory.path(), &[]), Program::spawn(directory.path(), &[]));
    let (one, other) = (one.until_it_serves(), other.until_it_serves());
    let password = read_secret(directory.path(), "admin-password");
    let admin = one.log_in("admin@example.com", &password).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    let placed = admin.at(&other.url).place(&book).await;
    assert_eq!(admin.list().await, [placed]);
    assert_eq!(admin.at(&other.url).get("/admin/users").await.body_of(200)["total_count"], 1);
}

async fn reads_the_dotenv_file() {
    let directory = tempdir().unwrap();
    let lines =
        "# A comment.\nADMIN_EMAIL=boss@example.com\nADMIN_PASSWORD=\"from the file\"\nDATABASE_URL=sqlite://x/y.db\n";
    fs::write(directory.path().join(".env"), lines).unwrap();
    let program = Program::start(directory.path(), &[("DATABASE_URL", "sqlite://here.db")]);
    assert_eq!(program.start_line("Admin").unwrap(), "boss@example.com, password as in ADMIN_PASSWORD");
    assert_eq!(
        program.start_line("Store").unwrap(),
        "sqlite://here.db",
        "the environment takes precedence over the file"
    );
    program.log_in("boss@example.com", "from the file").await;
}

async fn refuses_to_start_with_a_malformed_dotenv_file() {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join(".env"), "JWT_SECRET=a secret that nobody may see\nno equals sign here").unwrap();
    let output = run(directory.path(), &[("PORT", "0")], &[]);
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains(".env") && error.lines().count() == 1, "{error}");
    assert!(!error.contains("nobody may see"), "{error}");
}

async fn finishes_a_request_in_flight(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &environment(&database));
    let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
    let mut connection = RawConnection::open(&program.url);
    let head = format!(
        "POST /auth/register HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    );
    connection.say(head.as_bytes()).unwrap();
    assert!(connection.read_head().starts_with("HTTP/1.1 100"));

    program.terminate();
    program.wait_for_log("told to stop");
    connection.say(body.as_bytes()).unwrap();

    let answer = connection.read_answer();
    assert_eq!(answer.status, 201, "{answer:?}");
    program.wait();
    let program = Program::start(directory.path(), &environment(&database));
    program.log_in("ada@example.com", PASSWORD).await;
}

/// After the first signal it is not ready but serves everything, on new connections too. The second signal stops it.
async fn drains_before_it_stops(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let environment = [&environment(&database)[..], &[("DRAIN_SECONDS", "3600")]].concat();
    let mut program = Program::start(directory.path(), &environment);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    program.anyone().get("/health/ready").await.body_of(200);

    program.terminate();
    program.wait_for_log("draining");

    program.anyone().get("/health/ready").await.is_problem(&problem(503, "SHUTTING_DOWN"));
    let served = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await;
    assert_eq!(served.header("connection"), Some("close"), "{served:?}");
    served.body_of(201);
    program.terminate();
    program.wait();
}

/// `bookstore health` succeeds while the server is ready, and says in one line why it is not.
async fn tells_its_health(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let environment = [&environment(&database)[..], &[("DRAIN_SECONDS", "3600")]].concat();
    let mut program = Program::start(directory.path(), &environment);
    let port = program.url.rsplit_once(':').unwrap().1.to_owned();
    let health = |port| run(directory.path(), &[("HOST", "0.0.0.0"), ("PORT", port)], &["health"]);
    let refused = |port, why: &str| {
        let output = health(port);
        let line = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && line.lines().count() == 1 && line.contains(why), "{line}");
    };

    assert!(health(&port).status.success());
    refused("1", "can't ask the server");
    program.terminate();
    program.wait_for_log("draining");
    refused(&port, "503");
    program.terminate();
    program.wait();
}

async fn a_restart_keeps_everything(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let first = Program::start(directory.path(), &environment(&database));
    let admin = first.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let book = admin.post("/books", &json!({ "title": "T", "author": "A", "price": 1 })).await.body_of(201);
    let placed = admin.place(&book).await;
    first.terminate();
    first.wait();

    let second = Program::start(directory.path(), &environment(&database));
    let admin = admin.at(&second.url);
    assert_eq!(admin.list().await, [placed]);
    admin.get(&format!("/books/{}", book["id"])).await.is(200, &book);
    admin.refresh().await.body_of(200);
    second.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
}

async fn starts_with_another_admin_password_and_warns(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let [store, secret, email, password] = environment(&database);
    let first = Program::start(directory.path(), &[store, secret, email, password]);
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD });
    first.anyone().post("/auth/register", &ada).await.body_of(201);
    first.terminate();
    first.wait();
    for (address, role, words) in [
        (ADMIN_EMAIL, "admin", "which has another password than ADMIN_PASSWORD; `bookstore admin reset-password`"),
        ("ada@example.com", "user", "which is no admin, because it has another password than ADMIN_PASSWORD"),
    ] {
        let settings = [store, secret, ("ADMIN_EMAIL", address), ("ADMIN_PASSWORD", "a mistyped one")];
        let mut program = Program::start(directory.path(), &settings);
        let line = program.start_line("Admin").unwrap();
        assert!(line.contains(address) && line.contains(words), "{line}");
        let old = if role == "admin" { ADMIN_PASSWORD } else { PASSWORD };
        assert_eq!(program.log_in(address, old).await.me().await["role"], role, "the account stays as it was");
        let mistyped = json!({ "email": address, "password": "a mistyped one" });
        let refused = program.anyone().post("/auth/login", &mistyped).await;
        refused.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
        let log = program.stop();
        assert!(log.lines().any(|line| line.contains("WARN") && line.contains(words)), "{log}");
        assert!(!log.contains("a mistyped one") && !log.contains(address), "{log}");
    }
}

async fn an_existing_account_becomes_admin(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let [store, secret, email, password] = environment(&database);
    let first = Program::start(directory.path(), &[store, secret, email, password]);
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD });
    first.anyone().post("/auth/register", &ada).await.body_of(201);
    first.terminate();
    first.wait();
    let settings = [store, secret, ("ADMIN_EMAIL", " ADA@example.com"), ("ADMIN_PASSWORD", PASSWORD)];
    let second = Program::start(directory.path(), &settings);
    assert_eq!(second.start_line("Admin").unwrap(), "ada@example.com, password as in ADMIN_PASSWORD");
    assert_eq!(second.log_in("ada@example.com", PASSWORD).await.me().await["role"], "admin");
    assert_eq!(second.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await.me().await["role"], "admin");
}

async fn the_log_contains_no_secret(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let [store, secret, email, password] = environment(&database);
    let settings = [store, secret, email, password, ("RUST_LOG", "trace")];
    let mut program = Program::start(directory.path(), &settings);
    let admin = program.log_in(ADMIN_EMAIL, ADMIN_PASSWORD).await;
    let ada = json!({ "email": "ada@example.com", "password": PASSWORD });
    let ada = program.anyone().with_tokens(program.anyone().post("/auth/register", &ada).await.body_of(201));
    let renewed = ada.with_tokens(ada.refresh().await.body_of(200));
    ada.refresh().await.is_problem(&problem(401, "AUTH_TOKEN_REUSE"));
    let wrong = json!({ "email": "ada@example.com", "password": "mistyped secret" });
    program.anyone().post("/auth/login", &wrong).await.is_problem(&problem(401, "AUTH_INVALID_CREDENTIALS"));
    let wrong = json!({ "email": 1, "password": ["mistyped secret"] });
    assert_eq!(program.anyone().post("/auth/login", &wrong).await.status, 422);
    renewed.log_out().await.has_no_content();
    renewed.get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));
    for operation in Operation::all() {
        for caller in [&admin, &ada, &program.anyone()] {
            operation.call(caller, &json!(1)).await;
        }
    }
    renewed.with_access_token("no-such-token").get("/auth/me").await.is_problem(&problem(401, "AUTH_TOKEN_INVALID"));

    let log = program.stop();
    assert!(log.contains("/auth/login"), "it logs requests");
    let mut secrets = vec![PASSWORD, ADMIN_PASSWORD, JWT_SECRET, "mistyped secret", "no-such-token", "$argon2id$"];
    for caller in [&admin, &ada, &renewed] {
        secrets.extend(["access_token", "refresh_token"].map(|name| text(&caller.tokens[name])));
    }
    for secret in secrets {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "it shows {secret}");
    }
}

async fn logs_as_json() {
    let directory = tempdir().unwrap();
    let mut program = Program::start(directory.path(), &[("LOG_FORMAT", "json"), ("RUST_LOG", "info")]);
    let request =
        program.anyone().request(reqwest::Method::GET, "/nothing").header("x-request-id", "the-id-of-the-test");
    program.anyone().send(request).await.is_problem(&problem(404, "NOT_FOUND"));
    program.terminate();
    program.wait_for_log("told to stop");
    let log = program.stop();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()), "{log}");
    assert!(lines.iter().any(|line| line.to_string().contains("the-id-of-the-test")), "{log}");
}

async fn the_start_lines_contain_no_password(database: TestDatabase) {
    let directory = tempdir().unwrap();
    let mut url = url::Url::parse(database.url()).unwrap();
    // The temporary server accepts any password; other servers have their own.
    if url.password().is_none_or(str::is_empty) {
        url.set_password(Some("databasesecret")).unwrap();
    }
    let [_, secret, email, password] = environment(&database);
    let url_setting = ("DATABASE_URL", url.as_str());
    // The log names nothing either, though sqlx and SeaORM may say all that they know.
    let log = ("RUST_LOG", "trace,sea_orm=trace,sea_orm_migration=trace,sqlx=trace");
    let mut program = Program::start(directory.path(), &[url_setting, secret, email, password, log]);
    let secret = format!(":{}@", url.password().unwrap());
    assert!(!program.start_lines.concat().contains(&secret), "{:?}", program.start_lines);
    assert!(program.start_line("Store").unwrap().starts_with("postgres://"));
    assert!(!program.stop().contains(&secret));
}
